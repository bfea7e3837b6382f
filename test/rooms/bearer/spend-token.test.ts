import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { RefusalPause } from '../../../src/bearer/refusal-pause.ts'
import { spendToken } from '../../../src/bearer/spend-token.ts'
import { refusalMemory } from '../../../src/token-source.ts'
import type { GetTokenOptions, TokenSource } from '../../../src/token-source.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const url = new URL('https://api.test/x')
const tokenOf = (accessToken: string) =>
  new AccessToken({ accessToken, tokenType: 'Bearer', expiresAt: 0, scopes: [] })

/** A source that hands out these texts in order, and an exchange that gets these statuses. */
function spending(texts: readonly (string | Error)[], statuses: readonly number[]) {
  const clock = manualClock()
  const memory = new RefusalPause(clock)
  const given = [...texts]
  const asked: (GetTokenOptions | undefined)[] = []
  const reported: string[] = []
  const sent: string[] = []
  const discarded: number[] = []
  const source: TokenSource = {
    [refusalMemory]: memory,
    getToken: (options) => {
      asked.push(options)
      const next = given.shift() ?? 'fake-last'
      return typeof next === 'string' ? Promise.resolve(tokenOf(next)) : Promise.reject(next)
    },
    invalidate: (token) => {
      reported.push(typeof token === 'string' ? token : token.accessToken)
      return true
    },
  }
  const spend = (replayable = true, signal?: AbortSignal) =>
    spendToken<number>({
      url,
      method: 'GET',
      source,
      replayable,
      signal,
      send: ({ authorization = '' }) => {
        sent.push(authorization)
        return Promise.resolve(statuses[sent.length - 1] ?? 200)
      },
      status: (answer) => answer,
      header: () => null,
      discard: (answer) => {
        discarded.push(answer)
      },
    })
  return { clock, memory, source, asked, reported, sent, discarded, spend }
}

describe('a 401', () => {
  it('is given up, and the request sent once more with another token', async () => {
    const { spend, sent, reported, discarded } = spending(['fake-a', 'fake-b'], [401, 204])
    expect(await spend()).toBe(204)
    expect(sent).toEqual(['Bearer fake-a', 'Bearer fake-b'])
    expect(reported).toEqual(['fake-a'])
    expect(discarded).toEqual([401])
  })

  it('is given up also where no other token can be had', async () => {
    const error = new Error('no token')
    const { spend, discarded } = spending(['fake-a', error], [401])
    expect(await rejectionOf(spend())).toBe(error)
    expect(discarded).toEqual([401])
  })

  it('is the caller’s where the same text comes again, body and all', async () => {
    const { spend, sent, discarded } = spending(['fake-a', 'fake-a'], [401])
    expect(await spend()).toBe(401)
    expect(sent).toHaveLength(1)
    expect(discarded).toEqual([])
  })

  it('is the caller’s where the body cannot be sent again, and the token is reported', async () => {
    const { spend, sent, reported, discarded } = spending(['fake-a'], [401])
    expect(await spend(false)).toBe(401)
    expect(sent).toHaveLength(1)
    expect(reported).toEqual(['fake-a'])
    expect(discarded).toEqual([])
  })
})

describe('an answer that is no 401', () => {
  it.each([200, 302, 400, 403, 407, 500])('is the caller’s: %d', async (status) => {
    const { spend, sent, reported } = spending(['fake-a'], [status])
    expect(await spend()).toBe(status)
    expect(sent).toHaveLength(1)
    expect(reported).toEqual([])
  })
})

describe('a resource that refuses brand-new tokens', () => {
  it('begins a pause, in which its 401 is the caller’s', async () => {
    const { spend, sent, reported, memory } = spending([], [401])
    memory.begin(url.origin)
    expect(await spend()).toBe(401)
    expect(sent).toHaveLength(1)
    expect(reported).toEqual([])
  })

  it.each([
    ['the first answer', [401, 401, 200], ['a', 'b', 'c']],
    ['the answer to a new token', [401, 401, 401, 200], ['a', 'b', 'c', 'd']],
  ])('is forgiven with %s that is no 401', async (_case, statuses, texts) => {
    const { spend, memory, clock } = spending(texts, statuses)
    await spend()
    expect(memory.has(url.origin)).toBe(true)
    clock.advance(seconds(1))
    expect(await spend()).toBe(200)
    // Not two seconds: the pause starts again at one.
    memory.begin(url.origin)
    clock.advance(seconds(1))
    expect(memory.has(url.origin)).toBe(false)
  })
})

describe('the caller’s signal', () => {
  it('ends both waits for a token', async () => {
    const { spend, asked } = spending(['fake-a', 'fake-b'], [401, 200])
    const { signal } = new AbortController()
    await spend(true, signal)
    expect(asked).toEqual([{ signal }, { signal }])
  })
})
