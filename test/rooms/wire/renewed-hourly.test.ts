/** One promise for all who ask: kept, renewed, dropped; also by a clock that fails. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { renewedHourly } from '../../../src/wire/renewed-hourly.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { minutes } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** What nobody has caught until the test ends: it would end a process. */
function uncaught(): readonly unknown[] {
  const found: unknown[] = []
  const note = (reason: unknown) => found.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note)
  })
  return found
}

/** Loads 1, 2, 3; while it is told so it fails, and so does its clock. */
function loading(keepFailureMs?: (error: unknown, failures: number) => number) {
  const clock = manualClock()
  const state = { loads: 0, fails: false, clockFails: false }
  const failing = {
    ...clock,
    monotonic: () => {
      if (state.clockFails) throw new Error('no clock')
      return clock.monotonic()
    },
  }
  const load = async () => {
    state.loads += 1
    const number = state.loads
    await Promise.resolve()
    if (state.fails) throw new Error(`load ${number} failed`)
    return number
  }
  return { clock, state, ask: renewedHourly(load, failing, keepFailureMs) }
}

describe('a failure', () => {
  it('is dropped at once, so that the next call loads again', async () => {
    const { state, ask } = loading()
    state.fails = true
    expect(await rejectionOf(ask())).toMatchObject({ message: 'load 1 failed' })
    state.fails = false
    expect(await ask()).toBe(2)
  })

  it('is kept as long as it is told to be, by how many there were in a row', async () => {
    const seen: number[] = []
    const { clock, state, ask } = loading((_error, failures) => {
      seen.push(failures)
      return 1_000 * failures
    })
    state.fails = true
    for (const [waitMs, message] of [
      [0, 'load 1 failed'],
      [999, 'load 1 failed'],
      [1, 'load 2 failed'],
      [1_999, 'load 2 failed'],
    ] as const) {
      clock.advance(waitMs)
      expect(await rejectionOf(ask())).toMatchObject({ message })
    }
    state.fails = false
    clock.advance(1)
    expect(await ask()).toBe(3)
    // What was found ends the row; a renewal that fails is not counted.
    state.fails = true
    clock.advance(minutes(60))
    expect(await ask()).toBe(3)
    await settle()
    expect(seen).toEqual([1, 2])
  })

  it('is shared by all who came before it was known', async () => {
    const { state, ask } = loading()
    state.fails = true
    const all = await Promise.all([ask(), ask(), ask()].map(rejectionOf))
    expect(new Set(all).size).toBe(1)
    expect(state.loads).toBe(1)
  })

  it('that nobody waits for ends no process', async () => {
    const reasons = uncaught()
    const { state, ask } = loading()
    state.fails = true
    void ask()
    await settle()
    expect(reasons).toEqual([])
  })
})

describe('a clock that fails', () => {
  it.each([
    ['a failure', true],
    ['an answer', false],
  ])(
    'when %s arrives ends no process, and nobody stays without an answer',
    async (_what, fails) => {
      const reasons = uncaught()
      const { state, ask } = loading(() => 1_000)
      const first = ask()
      Object.assign(state, { fails, clockFails: true })
      const outcome = await first.catch((error: unknown) => error)
      expect(outcome).toEqual(fails ? new Error('load 1 failed') : 1)
      await settle()
      expect(reasons).toEqual([])
      Object.assign(state, { fails: false, clockFails: false })
      expect(await ask()).toBe(fails ? 2 : 1)
    },
  )

  it('when a renewal fails is no reason to lose what is known, or not to renew', async () => {
    const reasons = uncaught()
    const { clock, state, ask } = loading()
    expect(await ask()).toBe(1)
    clock.advance(minutes(60))
    state.fails = true
    const known = ask()
    state.clockFails = true
    expect(await known).toBe(1)
    await settle()
    expect(reasons).toEqual([])
    Object.assign(state, { fails: false, clockFails: false })
    expect(await ask()).toBe(1)
    await settle()
    expect(await ask()).toBe(3)
  })
})
