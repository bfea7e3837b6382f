import { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { play, shrink } from './simulate.ts'

const seeds = 1_000

describe('a simulated world that misbehaves', () => {
  it(`breaks no promise in ${seeds} seeds`, async () => {
    let calls = 0
    for (let seed = 0; seed < seeds; seed += 1) {
      const { violations, calls: made } = await play(seed, TokenManager as never)
      calls += made
      if (violations.length === 0) continue
      const { scenario, result } = await shrink(seed, TokenManager as never)
      const story = [`seed ${seed}`, JSON.stringify(scenario), ...result.trace].join('\n')
      expect.fail(`${String(violations[0])}\n${story}`)
    }
    expect(calls).toBeGreaterThan(10_000)
  }, 60_000)

  it('is the same run for the same seed, byte for byte', async () => {
    for (const seed of [7, 77, 777]) {
      const first = await play(seed, TokenManager as never)
      const second = await play(seed, TokenManager as never)
      expect(second.trace.length).toBeGreaterThan(1)
      expect(second.trace.join('\n')).toBe(first.trace.join('\n'))
    }
  })
})
