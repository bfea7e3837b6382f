/** Whether the counters of `stats()` add up with what the simulated world has counted itself. */
import type { TokenManager } from '../../src/index.ts'
import type { SimulatedServer } from './simulated-server.ts'

export function brokenStats(
  managers: readonly TokenManager[],
  server: SimulatedServer,
  calls: number,
): readonly string[] {
  const all = managers.map((tokens) => tokens.stats())
  const sum = (name: 'hits' | 'waits' | 'joins' | 'acquired' | 'renewed' | 'tokenRequests') =>
    all.reduce((total, stats) => total + stats[name], 0)
  const sent = [...server.requests.values()].reduce((total, { length }) => total + length, 0)
  const arrived = sum('acquired') + sum('renewed')
  return [
    sum('tokenRequests') === sent
      ? ''
      : `${sum('tokenRequests')} token requests, ${sent} were sent`,
    sum('hits') + sum('waits') <= calls ? '' : 'more calls answered than made',
    sum('joins') <= sum('waits') ? '' : 'more joins than waits',
    arrived <= server.answers ? '' : `${arrived} tokens arrived, ${server.answers} were issued`,
  ]
    .filter((problem) => problem !== '')
    .map((problem) => `stats: ${problem}`)
}
