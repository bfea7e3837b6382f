import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { sendProven } from '../../../src/bearer/proven-sending.ts'
import type { AttachedHeaders } from '../../../src/bearer/proven-sending.ts'
import { possession } from '../../../src/token-source.ts'
import type { Possession, TokenSource } from '../../../src/token-source.ts'
import { rejectionOf } from '../../support/start.ts'

const url = new URL('https://api.test/x')
const token = new AccessToken({
  accessToken: 'fake-token',
  tokenType: 'DPoP',
  expiresAt: 0,
  scopes: [],
})

interface Answer {
  readonly status: number
  readonly challenge?: string
  readonly nonce?: string
}

const wants = (nonce?: string, challenge = 'DPoP error="use_dpop_nonce"'): Answer => ({
  status: 401,
  challenge,
  ...(nonce === undefined ? {} : { nonce }),
})

/** Possession whose proofs are readable: the nonce that they carry. */
function readable(known?: string) {
  let newest = known
  let count = 0
  const held: Possession = {
    headers: (_token, { method, nonce }) => {
      count += 1
      return Promise.resolve({ dpop: `${method} #${count} ${nonce ?? 'no nonce'}` })
    },
    connection: () => undefined,
    nonce: () => newest,
    learn: (_url, nonce) => {
      newest = nonce ?? newest
      return nonce ?? undefined
    },
  }
  return held
}

function sending(
  answers: readonly Answer[],
  { held, replayable = true }: { held?: Possession | undefined; replayable?: boolean } = {},
) {
  const sent: AttachedHeaders[] = []
  const fetches: unknown[] = []
  const discarded: Answer[] = []
  const source: TokenSource = {
    ...(held === undefined ? {} : { [possession]: held }),
    getToken: () => Promise.resolve(token),
    invalidate: () => true,
  }
  const send = () =>
    sendProven<Answer>(
      {
        url,
        method: 'PUT',
        source,
        replayable,
        send: (attached, fetch) => {
          sent.push(attached)
          fetches.push(fetch)
          return Promise.resolve(answers[sent.length - 1] ?? { status: 200 })
        },
        status: ({ status }) => status,
        header: ({ challenge, nonce }, name) =>
          (name === 'dpop-nonce' ? nonce : name === 'www-authenticate' ? challenge : undefined) ??
          null,
        discard: (answer) => {
          discarded.push(answer)
        },
      },
      token,
    )
  return { send, sent, fetches, discarded, proofs: () => sent.map(({ dpop }) => dpop) }
}

describe('a token that is bound to nothing', () => {
  it.each([
    [200, false],
    [401, true],
    [403, false],
  ])('goes alone, and %d means refused: %s', async (status, refused) => {
    const { send, sent, fetches } = sending([{ status }])
    expect(await send()).toEqual({ answer: { status }, refused })
    expect(sent).toEqual([{ authorization: 'DPoP fake-token' }])
    expect(fetches).toEqual([undefined])
  })

  it('is not sent again for a nonce', async () => {
    const { send, sent } = sending([wants('n1')])
    expect(await send()).toMatchObject({ refused: true })
    expect(sent).toHaveLength(1)
  })
})

describe('a token that is bound to a key', () => {
  it('goes with a proof, and with the nonce that is known', async () => {
    const { send, sent } = sending([], { held: readable('n0') })
    expect(await send()).toMatchObject({ answer: { status: 200 }, refused: false })
    expect(sent).toEqual([{ authorization: 'DPoP fake-token', dpop: 'PUT #1 n0' }])
  })

  // RFC 9449 section 9.
  it('is sent again with the nonce that is wanted, and a new proof', async () => {
    const first = wants('n1')
    const { send, proofs, discarded } = sending([first], { held: readable() })
    expect(await send()).toMatchObject({ answer: { status: 200 }, refused: false })
    expect(proofs()).toEqual(['PUT #1 no nonce', 'PUT #2 n1'])
    expect(discarded).toEqual([first])
  })

  it('is sent again with the answer’s own nonce, whatever others have learned since', async () => {
    const held = readable('n0')
    const old = { ...held, learn: (_url: URL, nonce: string | null) => nonce ?? undefined }
    const { send, proofs } = sending([wants('n1')], { held: old })
    await send()
    expect(proofs()).toEqual(['PUT #1 n0', 'PUT #2 n1'])
  })

  it.each<[string, Answer]>([
    ['repeats the nonce it was given', wants('n0')],
    ['tells no nonce', wants()],
  ])('is sent once to a server that %s, and that is no refusal of it', async (_case, answer) => {
    const { send, sent, discarded } = sending([answer, answer], { held: readable('n0') })
    expect(await send()).toEqual({ answer, refused: false })
    expect(sent).toHaveLength(1)
    expect(discarded).toEqual([])
  })

  it('is not sent for ever to a server that wants another nonce each time', async () => {
    const answers = Array.from({ length: 100 }, (_, i) => wants(`n${i}`))
    const { send, sent, discarded } = sending(answers, { held: readable() })
    const { answer, refused } = await send()
    expect(sent.length).toBeLessThanOrEqual(10)
    expect([answer, refused]).toEqual([answers[sent.length - 1], false])
    expect(discarded).toEqual(answers.slice(0, sent.length - 1))
  })

  it('is refused where the answer to the wanted nonce says so', async () => {
    const { send, sent } = sending([wants('n1'), { status: 401 }], { held: readable() })
    expect(await send()).toEqual({ answer: { status: 401 }, refused: true })
    expect(sent).toHaveLength(2)
  })

  it('leaves a body that cannot be sent again to the caller, and has learned', async () => {
    const held = readable()
    const first = wants('n1')
    const { send, sent, discarded } = sending([first], { held, replayable: false })
    expect(await send()).toEqual({ answer: first, refused: false })
    expect([sent.length, discarded]).toEqual([1, []])
    expect(held.nonce(url)).toBe('n1')
  })

  it('learns from every answer, and uses it the next time', async () => {
    const held = readable('n0')
    const { send, proofs } = sending([{ status: 200, nonce: 'n1' }], { held })
    await send()
    await send()
    expect(proofs()).toEqual(['PUT #1 n0', 'PUT #2 n1'])
  })

  it('fails with what its key fails with, and nothing is sent', async () => {
    const error = new Error('no key')
    const held = { ...readable(), headers: () => Promise.reject(error) }
    const { send, sent } = sending([], { held })
    expect(await rejectionOf(send())).toBe(error)
    expect(sent).toEqual([])
  })
})

describe('a challenge that wants a nonce', () => {
  // A split on commas takes the second challenge's error for the first one's, or misses it.
  it.each<[string, boolean]>([
    ['DPoP error="use_dpop_nonce"', true],
    ['DPoP algs="ES256", error="use_dpop_nonce"', true],
    ['Bearer realm="x", DPoP algs="ES256 PS256", error="use_dpop_nonce"', true],
    ['Bearer x, DPoP algs="ES256", error="use_dpop_nonce"', true],
    ['dpop ERROR=use_dpop_nonce , Bearer error="invalid_token"', true],
    ['DPoP error="invalid_token", error_description="no, error=\\"use_dpop_nonce\\""', false],
    ['Bearer error="use_dpop_nonce", DPoP algs="ES256"', false],
    ['DPoP error="USE_DPOP_NONCE"', false],
    ['DPoP', false],
    ['', false],
  ])('is read from %s: %s', async (challenge, expected) => {
    const { send, sent } = sending([wants('n1', challenge)], { held: readable() })
    const { refused } = await send()
    expect([sent.length, refused]).toEqual(expected ? [2, false] : [1, true])
  })

  it.each([400, 403, 407, 200])('is none with %d', async (status) => {
    const { send, sent } = sending([{ ...wants('n1'), status }], { held: readable() })
    expect(await send()).toMatchObject({ refused: false })
    expect(sent).toHaveLength(1)
  })
})

describe('a token that goes without a proof, although there is a key', () => {
  it('is refused by a 401 that wants a nonce, and is not sent again', async () => {
    const held = { ...readable(), headers: () => Promise.resolve({}) }
    const { send, sent, discarded } = sending([wants('n1')], { held })
    expect(await send()).toMatchObject({ refused: true })
    expect([sent.length, discarded]).toEqual([1, []])
    expect(held.nonce(url)).toBe('n1')
  })
})

describe('a token that is bound to a certificate', () => {
  it('goes over the connection that it is bound to, each time', async () => {
    const fetch = () => Promise.resolve(new Response())
    const held = { ...readable(), connection: () => fetch }
    const { send, fetches } = sending([wants('n1')], { held })
    await send()
    expect(fetches).toEqual([fetch, fetch])
  })
})
