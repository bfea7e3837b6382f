/** The clock of the test kit: it moves when it is told to, and takes its timers along. */
import { manualClock } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { startOfTime } from '../support/manual-clock.ts'

describe('a manual clock', () => {
  it('starts where it is told to, else in 2030, and stands still', () => {
    expect(manualClock().now()).toBe(startOfTime)
    expect(manualClock(7_000).now()).toBe(7_000)
  })

  it('moves both readings, or the wall clock alone', () => {
    const clock = manualClock()
    const started = clock.monotonic()
    clock.advance(10)
    clock.suspend(100)
    expect([clock.now() - startOfTime, clock.monotonic() - started]).toEqual([110, 10])
    clock.setWall(5)
    expect([clock.now(), clock.monotonic() - started]).toEqual([5, 10])
  })

  it('fires timers in their order, each at its time, and those that they set', () => {
    const clock = manualClock()
    const fired: [string, number][] = []
    const note = (name: string) => () => fired.push([name, clock.now() - startOfTime])
    clock.after(20, note('second'))
    clock.after(10, () => {
      note('first')()
      clock.after(5, note('set by the first'))
    })
    clock.after(31, note('later'))
    expect([clock.pending, clock.nextInMs]).toEqual([3, 10])
    clock.advance(30)
    expect(fired).toEqual([
      ['first', 10],
      ['set by the first', 15],
      ['second', 20],
    ])
    expect([clock.pending, clock.nextInMs]).toEqual([1, 1])
    clock.advance(1)
    expect([fired.length, clock.pending, clock.nextInMs]).toEqual([4, 0, Infinity])
  })

  it('does not fire what was cancelled', () => {
    const clock = manualClock()
    let fired = 0
    const cancel = clock.after(10, () => (fired += 1))
    const cancelAtOnce = clock.after(0, () => (fired += 1))
    cancel()
    cancelAtOnce()
    clock.advance(10)
    expect(fired).toBe(0)
  })

  it('fires what has nothing to wait for by itself', async () => {
    const clock = manualClock()
    await new Promise<void>((resolve) => clock.after(0, resolve))
    expect(clock.pending).toBe(0)
  })
})
