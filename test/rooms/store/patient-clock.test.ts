import type { Clock } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { patientClock } from '../../../src/store/patient-clock.ts'

/** Time as a process has it that stands still: it moves at once, and timers find out afterwards. */
function stallingClock() {
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  let time = 0
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    after: (delayMs, callback) => {
      const timer = { at: time + delayMs, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  const advance = (ms: number) => {
    time += ms
    for (const timer of [...timers].filter(({ at }) => at <= time)) {
      timers.delete(timer)
      timer.callback()
    }
  }
  return { clock, advance, pending: () => timers.size }
}

function limited(limitMs: number) {
  const { clock, advance, pending } = stallingClock()
  let firedAt: number | undefined
  const cancel = patientClock(clock).after(limitMs, () => {
    firedAt = clock.monotonic()
  })
  return { advance, pending, cancel, firedAt: () => firedAt }
}

describe('a time limit', () => {
  it('ends in time where the process is awake', () => {
    const { advance, firedAt } = limited(250)
    for (let passed = 0; passed < 250; passed += 10) advance(10)
    expect(firedAt()).toBe(250)
  })

  it('is longer by as much as the process stood still', () => {
    const { advance, firedAt } = limited(250)
    advance(400)
    expect(firedAt()).toBeUndefined()
    for (let passed = 0; passed < 150; passed += 10) advance(10)
    expect(firedAt()).toBe(550)
  })

  it('is not longer for ever, and not longer by hours', () => {
    const { advance, firedAt } = limited(250)
    advance(3_600_000)
    for (let times = 0; times < 3; times += 1) advance(300)
    expect(firedAt()).toBe(3_600_900)
  })

  it('that is taken back ends no more', () => {
    const { advance, cancel, firedAt, pending } = limited(250)
    advance(400)
    cancel()
    advance(1_000)
    expect([firedAt(), pending()]).toEqual([undefined, 0])
  })
})
