import { readFileSync } from 'node:fs'
import { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { plantedFaults } from './planted-faults.ts'
import type { MakeManager } from './run.ts'
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

  it('ends, and is told of, where the library would never end', async () => {
    const Endless: MakeManager = class extends TokenManager {
      constructor(options: ConstructorParameters<MakeManager>[0]) {
        super(options)
        const turn = (): Promise<void> => {
          options.clock?.monotonic()
          return Promise.resolve().then(turn)
        }
        turn().catch(() => undefined)
      }
    }
    const { violations } = await play(1, Endless)
    expect(violations).toContain('the run never ends')
  })
})

describe('the faults that are planted', () => {
  it.each(plantedFaults)('can still be planted: $name', ({ file, find }) => {
    const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
    expect(source.split(find)).toHaveLength(2)
  })
})
