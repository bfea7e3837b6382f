import { describe, expect, it } from 'vitest'
import { withTimeLimit } from '../../src/time-limit.ts'
import { manualClock } from '../support/manual-clock.ts'
import { rejectionOf } from '../support/start.ts'

const never = () => new Promise<never>(() => undefined)

function limited(work: (signal: AbortSignal) => Promise<unknown>, signal?: AbortSignal) {
  const clock = manualClock()
  const onTimeout = () => new Error('time is up')
  return { clock, answer: withTimeLimit({ clock, limitMs: 10, signal, onTimeout }, work) }
}

describe('work within a time limit', () => {
  it('ends as it ends, and leaves no timer', async () => {
    const { clock, answer } = limited(() => Promise.resolve(7))
    expect(await answer).toBe(7)
    expect(clock.pending).toBe(0)
  })

  it('that ignores its signal is left behind when the time is up', async () => {
    let told: unknown
    const { clock, answer } = limited((signal) => {
      signal.addEventListener('abort', () => {
        told = signal.reason as unknown
      })
      return never()
    })
    clock.advance(10)
    const error = await rejectionOf(answer)
    expect(error).toMatchObject({ message: 'time is up' })
    expect(told).toBe(error)
  })

  it('that throws at once rejects, and leaves no timer', async () => {
    const { clock, answer } = limited(() => {
      throw new Error('at once')
    })
    expect(await rejectionOf(answer)).toMatchObject({ message: 'at once' })
    expect(clock.pending).toBe(0)
  })

  it('ends with its caller’s signal, also one that was aborted before', async () => {
    const controller = new AbortController()
    const { clock, answer } = limited(never, controller.signal)
    controller.abort(new Error('left'))
    expect(await rejectionOf(answer)).toMatchObject({ message: 'left' })
    expect(clock.pending).toBe(0)
    let started = false
    const late = limited(() => {
      started = true
      return never()
    }, controller.signal)
    expect(await rejectionOf(late.answer)).toMatchObject({ message: 'left' })
    expect(started).toBe(false)
    expect(late.clock.pending).toBe(0)
  })
})
