import { afterEach, describe, expect, it, vi } from 'vitest'
import { longestDelayMs, sleep, systemClock } from '../../src/clock.ts'
import { manualClock } from '../support/manual-clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the system’s clock', () => {
  it('keeps no process alive by a timer, unless told to', () => {
    const resources = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
    const before = resources().length
    const cancels = [systemClock.after(60_000, () => undefined)]
    expect(resources()).toHaveLength(before)
    cancels.push(systemClock.after(60_000, () => undefined, true))
    expect(resources()).toHaveLength(before + 1)
    for (const cancel of cancels) cancel()
    expect(resources()).toHaveLength(before)
  })

  it('never asks for a delay that a timer cannot hold, which would fire at once', () => {
    const spy = vi.spyOn(globalThis, 'setTimeout')
    systemClock.after(60 * 86_400_000, () => undefined)()
    expect(spy.mock.calls[0]?.[1]).toBe(longestDelayMs)
  })

  it('reads both clocks in milliseconds', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
    expect(systemClock.monotonic()).toBeGreaterThan(0)
  })
})

describe('sleep', () => {
  it('ends with its time', async () => {
    const clock = manualClock()
    const sleeping = sleep(clock, 10, new AbortController().signal)
    clock.advance(10)
    await expect(sleeping).resolves.toBeUndefined()
  })

  it('ends with its signal, and cancels its timer', async () => {
    const clock = manualClock()
    const controller = new AbortController()
    const sleeping = sleep(clock, 10, controller.signal)
    controller.abort(new Error('woken'))
    await expect(sleeping).rejects.toThrow('woken')
    expect(clock.pending).toBe(0)
    await expect(sleep(clock, 10, controller.signal)).rejects.toThrow('woken')
  })
})
