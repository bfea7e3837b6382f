import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { isWorthTaking } from '../../../src/store/stored-choice.ts'
import { parseRecord, recordOf } from '../../../src/store/stored-token.ts'
import type { LivingToken } from '../../../src/store/stored-token.ts'
import { minutes, seconds } from '../../support/some.ts'

const start = Date.UTC(2030, 0, 1)
const at = (ms: number) => ({ wall: start + ms, monotonic: 5_000 + ms })
const fields = { tokenType: 'Bearer' as const, scopes: ['view'], audience: 'event' }

/** Ten minutes, from the start. */
function living(accessToken: string): LivingToken {
  const token = new AccessToken({ ...fields, accessToken, expiresAt: start + minutes(10) })
  return {
    token,
    life: { startedAt: at(0), lifetimeMs: minutes(10), refreshInMs: undefined },
  }
}

describe('a record', () => {
  const text = recordOf(living('fake-a'), 'a-name')
  const read = (ms: number, expiresInMs = minutes(10) - ms) =>
    parseRecord(text, { name: 'a-name', expiresInMs, askedAt: at(ms) })

  it('is the token that it was made of, as old as it is', () => {
    const found = read(seconds(60))
    expect(found).toMatchObject({
      token: { audience: 'event', scopes: ['view'], expiresAt: start + minutes(10) },
      life: { startedAt: at(0), lifetimeMs: minutes(10), refreshInMs: undefined },
    })
    expect((found as LivingToken).token.accessToken).toBe('fake-a')
  })

  it('lives until the first of its ends, and not a millisecond longer', () => {
    expect(read(minutes(10) - 1)).toMatchObject({ life: {} })
    expect(read(minutes(10))).toBe('ended')
    expect(read(0, 0)).toBe('ended')
    expect(read(0, 1)).toMatchObject({ token: { expiresAt: start + 1 } })
  })

  it('of a writer whose clock is ahead lives for as long as it was granted', () => {
    const found = parseRecord(text, {
      ...{ name: 'a-name', expiresInMs: minutes(60), askedAt: at(-minutes(60)) },
    })
    expect(found).toMatchObject({ token: { expiresAt: start - minutes(50) } })
  })
})

describe('what another process has left', () => {
  const windows = {}
  const need = { held: undefined, rejected: undefined, minValidityMs: 0 }
  const worth = (ms: number, own: object = {}) =>
    isWorthTaking(living('fake-a'), { ...need, ...own }, { now: at(ms), windows })

  it('is taken until its margin by who holds nothing', () => {
    expect([worth(0), worth(seconds(569)), worth(seconds(570))]).toEqual([true, true, false])
  })

  it('is taken until it is due by who holds another', () => {
    const own = { held: living('fake-b').token }
    expect([worth(seconds(449), own), worth(seconds(450), own)]).toEqual([true, false])
    expect(worth(0, { held: living('fake-a').token })).toBe(false)
  })

  it('is not taken where it was rejected, or is too short', () => {
    expect(worth(0, { rejected: living('fake-a').token })).toBe(false)
    expect(worth(0, { rejected: living('fake-b').token })).toBe(true)
    expect(worth(minutes(5), { minValidityMs: minutes(5) })).toBe(true)
    expect(worth(minutes(5) + 1, { minValidityMs: minutes(5) })).toBe(false)
  })
})
