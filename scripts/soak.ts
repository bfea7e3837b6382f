/**
 * The promises over minutes, over real sockets, while everything fails in turn: herds for 32 keys
 * through `fetch`, axios and `getToken`; servers that check the truth of every token. Prints a table
 * and exits 1 where a promise does not hold. `--minutes N`: how long, fractions allowed; default 2.
 */
import { parseArgs } from 'node:util'
import { TokenManager } from '../src/index.ts'
import { Callers } from './soak/callers.ts'
import { Ledger } from './soak/ledger.ts'
import { CountingClock, Holdings, observedFetch } from './soak/observed.ts'
import { keys, phases } from './soak/plan.ts'
import type { Phase } from './soak/plan.ts'
import { heapBytes, lastingResources } from './soak/process-state.ts'
import { allHold, rowsOf, tableOf } from './soak/report.ts'
import { authorizationServer, resourceServer } from './soak/servers.ts'
import type { LoopbackServer, Weather } from './soak/servers.ts'
import { Tally } from './soak/tally.ts'

const herdEveryMs = 40
/** Longer than an idle connection is kept by either side. */
const patienceMs = 10_000

const tally = new Tally()
process.on('unhandledRejection', () => {
  tally.unhandledRejections += 1
})

function readMinutes(): number {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' } } })
  const minutes = Number(values.minutes)
  if (minutes > 0 && minutes <= 1_440) return minutes
  throw new RangeError(`--minutes must be a number up to 1440, not '${values.minutes}'`)
}

function managerFor(
  servers: { readonly authorization: LoopbackServer; readonly resource: LoopbackServer },
  ledger: Ledger,
  clock: CountingClock,
): TokenManager {
  const { authorization, resource } = servers
  const entries = keys.map(({ index, audience, scope }) => {
    return [`${resource.origin}/r/${index}`, { audience, scopes: scope }] as const
  })
  return new TokenManager({
    tokenEndpoint: `${authorization.origin}/token`,
    clientId: 'soak',
    clientSecret: 'fake-secret',
    resources: Object.fromEntries(entries),
    fetch: observedFetch(ledger, () => resource.origin),
    clock,
  })
}

interface Stage {
  readonly callers: Callers
  readonly authorization: LoopbackServer
  readonly ledger: Ledger
  readonly weather: Weather
}

async function play(phase: Phase, stage: Stage, durationMs: number): Promise<void> {
  const { callers, authorization, ledger, weather } = stage
  const end = performance.now() + durationMs
  const half = performance.now() + durationMs / 2
  weather.fault = phase.fault
  let stopped = phase.fault === 'stopped'
  if (stopped) await authorization.stop()
  while (performance.now() < end) {
    callers.herd(phase)
    if (phase.revoking === true && Math.random() < 0.3) {
      const key = keys[Math.floor(Math.random() * keys.length)]
      if (key !== undefined) ledger.revoke(key)
    }
    if (stopped && performance.now() >= half) {
      await authorization.start()
      stopped = false
    }
    progress(`${phase.name}: ${tally.total} calls, ${callers.underWay} under way`)
    await new Promise((resolve) => setTimeout(resolve, herdEveryMs))
  }
  if (stopped) await authorization.start()
  ledger.forgetBefore(performance.now())
}

/** One line, rewritten; where nobody can watch it, a line per phase would only be noise. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.slice(0, 78).padEnd(78)}`)
}

async function run(minutes: number): Promise<boolean> {
  const [ledger, clock] = [new Ledger(), new CountingClock()]
  const weather: Weather = { fault: undefined }
  const grounds = { ledger, tally, weather }
  const authorization = await authorizationServer(grounds).start()
  const resource = await resourceServer(grounds).start()
  const tokens = managerFor({ authorization, resource }, ledger, clock)
  const holdings = new Holdings(ledger)
  const unwatch = holdings.watch()
  const resourceOrigin = resource.origin
  const callers = new Callers({ tokens, holdings, ledger, tally, resourceOrigin })
  const stage = { callers, authorization, ledger, weather }
  const startedAt = performance.now()
  const heap = { start: heapBytes(), middle: 0, end: 0 }
  for (const [at, phase] of phases.entries()) {
    if (at === phases.length / 2) heap.middle = heapBytes()
    await play(phase, stage, (minutes * 60_000) / phases.length)
  }
  await callers.settled()
  const seconds = (performance.now() - startedAt) / 1000
  callers.forceAll()
  await tokens.close()
  await callers.settled()
  const managerTimers = clock.pending
  progress('waiting for idle connections to end')
  const open = await lastingResources(patienceMs)
  heap.end = heapBytes()
  unwatch()
  await Promise.all([authorization.stop(), resource.stop()])
  progress('')
  const stats = tokens.stats()
  const rows = rowsOf({ tally, stats, issued: ledger.issued, seconds, open, managerTimers, heap })
  console.log(`${process.stderr.isTTY ? '\n' : ''}${tableOf(rows)}`)
  return allHold(rows)
}

process.exitCode = (await run(readMinutes())) ? 0 : 1
