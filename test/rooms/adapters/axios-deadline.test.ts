import type { InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AxiosDeadline } from '../../../src/adapters/axios-deadline.ts'

const configOf = (fields: object) => fields as InternalAxiosRequestConfig

/** A deadline, and how far the monotonic clock is moved since it began. */
function beginning(fields: object) {
  let now = 1_000
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const config = configOf(fields)
  const deadline = new AxiosDeadline(config)
  onTestFinished(() => {
    deadline.end()
    spy.mockRestore()
  })
  const advance = (ms: number) => {
    now += ms
  }
  return { deadline, advance, left: () => deadline.options(config).timeout }
}

describe('the timeout of an axios request', () => {
  it('is shared by all its hops and sendings', () => {
    const { advance, left } = beginning({ timeout: 60_000 })
    expect(left()).toBe(60_000)
    advance(20_000)
    expect(left()).toBe(40_000)
    advance(39_999.5)
    expect(left()).toBe(1)
  })

  it('is never nothing, which axios would take for no limit', () => {
    const { advance, left } = beginning({ timeout: 60_000 })
    advance(70_000)
    expect(left()).toBe(1)
  })

  it('that the caller did not set is none of ours', () => {
    const { deadline } = beginning({})
    expect(deadline.options(configOf({}))).toEqual({})
    expect(deadline.signal).toBeUndefined()
  })
})
