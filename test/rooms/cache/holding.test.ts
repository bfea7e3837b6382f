import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { newCounters } from '../../../src/cache/counters.ts'
import { Holding } from '../../../src/cache/holding.ts'
import { planRenewal } from '../../../src/cache/renewal-plan.ts'
import { Ticks } from '../../../src/cache/ticks.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'

const startedAt = { wall: 0, monotonic: 0 }
const plan = planRenewal({ startedAt, lifetimeMs: seconds(600) }, {}, 0)

function emptyHolding() {
  return new Holding({ ticks: new Ticks(manualClock()), counters: newCounters() })
}

function arrival(accessToken: string, number: number) {
  const fields = { accessToken, tokenType: 'Bearer' as const, expiresAt: seconds(600), scopes: [] }
  const token = new AccessToken(fields)
  return {
    token,
    plan,
    number,
    validityMs: seconds(600),
    shared: false,
    answer: Promise.resolve(token),
  }
}

describe('a token that lands', () => {
  it('is kept, unless a later flight has brought a newer one', () => {
    const holding = emptyHolding()
    expect(holding.keep(arrival('fake-later', 2), 0)).toBe('new')
    expect(holding.keep(arrival('fake-earlier', 1), 0)).toBe('late')
    expect(holding.current?.token.accessToken).toBe('fake-later')
    expect(holding.keep(arrival('fake-latest', 3), 0)).toBe('new')
    expect(holding.current?.token.accessToken).toBe('fake-latest')
  })

  it('is told apart from one with the same text', () => {
    const holding = emptyHolding()
    holding.keep(arrival('fake-a', 1), 0)
    expect(holding.keep(arrival('fake-a', 2), 0)).toBe('same')
    expect(holding.keep(arrival('fake-b', 3), 0)).toBe('new')
  })

  it('is handed out until its margin, and not after it', () => {
    const holding = emptyHolding()
    holding.keep(arrival('fake-a', 1), 0)
    const usable = (ms: number) => holding.usable({ wall: ms, monotonic: ms }) !== undefined
    expect([usable(seconds(570) - 1), usable(seconds(570))]).toEqual([true, false])
  })
})

describe('a rejected text that the server has issued again', () => {
  function reissued() {
    const holding = emptyHolding()
    holding.keep(arrival('fake-a', 1), 0)
    holding.reject('fake-a', 0)
    holding.keep(arrival('fake-a', 2), 0)
    return holding
  }

  it('stays for a moment, because to ask again would bring it again', () => {
    const holding = reissued()
    expect(holding.reject('fake-a', 99)).toBe(false)
    expect(holding.reject('fake-a', 100)).toBe(true)
  })

  it('does not protect the new text that follows it', () => {
    const holding = reissued()
    holding.keep(arrival('fake-b', 3), 1)
    expect(holding.reject('fake-b', 2)).toBe(true)
  })
})

describe('a rejection', () => {
  it('of another text drops nothing', () => {
    const holding = emptyHolding()
    holding.keep(arrival('fake-b', 2), 0)
    expect(holding.reject('fake-a', 0)).toBe(false)
    expect(holding.reject('fake-b', 0)).toBe(true)
    expect(holding.reject('fake-b', 0)).toBe(false)
  })
})
