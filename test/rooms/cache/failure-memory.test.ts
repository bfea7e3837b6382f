import { TokenEndpointError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { FailureMemory } from '../../../src/cache/failure-memory.ts'
import { minutes, seconds } from '../../support/some.ts'

const fault = new TokenEndpointError('token_endpoint_failed', 'x', { status: 500 })
const refusal = new TokenEndpointError('token_endpoint_refused', 'x', { status: 400 })
const throttled = (retryAfterMs: number) =>
  new TokenEndpointError('token_endpoint_throttled', 'x', { status: 429, retryAfterMs })

const at = 5_000
const nothingHeld = { at, heldForMs: 0, dice: 0 }
const held = { at, heldForMs: minutes(10), dice: 0 }

function remembering(error: unknown, circumstances: typeof held): FailureMemory {
  const memory = new FailureMemory()
  memory.record(error, circumstances)
  return memory
}

describe('a passing fault', () => {
  it('with nothing held is the answer for every caller until its pause is over', () => {
    const memory = remembering(fault, nothingHeld)
    expect(memory.forCallers(at + 99)).toEqual({ error: fault })
    expect(memory.forCallers(at + 100)).toBeUndefined()
  })

  it('behind a held token stops nobody once that token has ended', () => {
    const memory = remembering(fault, held)
    expect(memory.forCallers(at)).toBeUndefined()
    expect(memory.forDemands(at)).toEqual({ error: fault })
  })

  it('behind a held token pauses renewals for a quarter of what it still serves', () => {
    const memory = remembering(fault, held)
    expect(memory.mayRenew(at + minutes(2.5) - 1)).toBe(false)
    expect(memory.mayRenew(at + minutes(2.5))).toBe(true)
  })
})

describe('a refusal behind a held token', () => {
  it('binds all callers until its pause is over', () => {
    const memory = remembering(refusal, held)
    expect(memory.forCallers(at + 999)).toEqual({ error: refusal })
    expect(memory.forCallers(at + 1_000)).toBeUndefined()
  })
})

describe('a pause that the server asked for', () => {
  it('holds for renewals behind callers too, however little their token still serves', () => {
    const memory = remembering(throttled(minutes(30)), held)
    expect(memory.mayRenew(at + minutes(30) - 1)).toBe(false)
    expect(memory.mayRenew(at + minutes(30))).toBe(true)
  })

  it('holds for a timer too', () => {
    expect(remembering(throttled(minutes(30)), nothingHeld).timerAfter).toBe(at + minutes(30))
  })
})

describe('a timer that meets failures', () => {
  it('slows down to five minutes', () => {
    const memory = new FailureMemory()
    const pauses = Array.from({ length: 11 }, () => {
      memory.record(fault, nothingHeld)
      return (memory.timerAfter - at) / seconds(1)
    })
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  })
})

describe('a success', () => {
  it('makes all of it forgotten', () => {
    const memory = remembering(refusal, held)
    memory.record(refusal, held)
    memory.forget()
    expect(memory.forCallers(at)).toBeUndefined()
    expect(memory.forDemands(at)).toBeUndefined()
    expect(memory.mayRenew(at)).toBe(true)
    expect([memory.timerAfter, memory.renewAfter]).toEqual([0, 0])
    expect(memory.record(fault, nothingHeld)).toBe(100)
  })
})
