import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { AccessToken, ConfigurationError } from 'm2m-tokens'
import type { DpopOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { DpopProver } from '../../../src/client-auth/dpop.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/start.ts'
import {
  algorithms,
  cryptoKey,
  fileWith,
  keyFor,
  newKey,
  now,
  pem,
  piecesOf,
  signerFor,
} from './some-key.ts'

const place = new URL('https://api.test/a')
const token = new AccessToken({
  accessToken: 'fake-token',
  tokenType: 'DPoP',
  expiresAt: 0,
  scopes: [],
})

function prover(options: DpopOptions = {}) {
  const dpop = new DpopProver(options, manualClock())
  const prove = async (subject: Partial<Parameters<DpopProver['proof']>[0]> = {}) => {
    const proof = await dpop.proof({ method: 'GET', url: place, nonce: undefined, ...subject })
    return jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: new Date(now) })
  }
  return { dpop, prove }
}

describe('a proof of possession', () => {
  // RFC 9449 section 4.2.
  it('at the token endpoint says which request it is, and nothing of a token', async () => {
    const { payload, protectedHeader } = await prover().prove({ method: 'POST' })
    const { jti, ...claims } = payload
    expect(claims).toEqual({ htm: 'POST', htu: 'https://api.test/a', iat: now / 1000 })
    expect(jti).toMatch(/^[\w-]{20,}$/)
    expect(Object.keys(protectedHeader)).toEqual(['typ', 'alg', 'jwk'])
    expect(protectedHeader).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' })
    expect(Object.keys(protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
  })

  it('at a resource names the token by its hash, and the nonce that is wanted', async () => {
    const { payload } = await prover().prove({ token, nonce: 'a-nonce' })
    const ath = createHash('sha256').update('fake-token').digest('base64url')
    expect(payload).toMatchObject({ ath, nonce: 'a-nonce', htm: 'GET' })
  })

  it.each([
    ['https://api.test/a?b=c#d', 'https://api.test/a'],
    ['https://api.test/a%20b/%C3%BC/%2e%2F/', 'https://api.test/a%20b/%C3%BC/%2e%2F/'],
    ['https://API.test:443', 'https://api.test/'],
    ['https://api.test:8443/a//b;c=d/', 'https://api.test:8443/a//b;c=d/'],
    ['https://user:fake@api.test/a', 'https://api.test/a'],
    ['https://[::1]/é', 'https://[::1]/%C3%A9'],
  ])('for %s has htu %s', async (url, htu) => {
    expect((await prover().prove({ url: new URL(url) })).payload['htu']).toBe(htu)
  })

  it('is for once: each has an id of its own, and all have one key', async () => {
    const { prove } = prover()
    const proofs = await Promise.all(Array.from({ length: 20 }, () => prove()))
    expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(20)
    const keys = proofs.map(({ protectedHeader }) => JSON.stringify(protectedHeader.jwk))
    expect(new Set(keys).size).toBe(1)
  })
})

describe('the key of the proofs', () => {
  it.each(algorithms)(
    'for %s can be the user’s own, and its private part stays',
    async (algorithm) => {
      const { privateKey, publicKey } = keyFor(algorithm)
      const jwk = privateKey.export({ format: 'jwk' })
      const forms = [privateKey, jwk, pem(privateKey), () => pem(privateKey)]
      const files = { file: await fileWith(pem(privateKey)) }
      for (const key of [...forms, files]) {
        const { dpop, prove } = prover({ key, algorithm })
        const { protectedHeader } = await prove()
        expect(protectedHeader.alg).toBe(algorithm)
        expect(protectedHeader.jwk).toEqual(publicKey.export({ format: 'jwk' }))
        const everything = { depth: Infinity, showHidden: true, getters: true }
        const text =
          inspect(dpop, everything) + JSON.stringify(dpop) + JSON.stringify(protectedHeader)
        for (const piece of piecesOf(privateKey)) expect(text).not.toContain(piece)
      }
    },
  )

  it.each(['ES384', 'EdDSA', 'PS256'] as const)(
    'is made for %s where nothing but that is said',
    async (algorithm) => {
      const { protectedHeader } = await prover({ algorithm }).prove()
      expect(protectedHeader.alg).toBe(algorithm)
    },
  )

  it('is another one for each manager', async () => {
    const print = async () => {
      const { protectedHeader } = await prover().prove()
      return calculateJwkThumbprint(protectedHeader.jwk as never)
    }
    expect(await print()).not.toBe(await print())
  })

  it('is read once, because tokens are bound to it', async () => {
    const keys = [newKey('ES256').privateKey, newKey('ES256').privateKey]
    const { prove } = prover({ key: () => keys.shift() as never })
    const first = await prove()
    expect((await prove()).protectedHeader.jwk).toEqual(first.protectedHeader.jwk)
    expect(keys).toHaveLength(1)
  })

  it('that could not be read is read again the next time', async () => {
    const given = ['nonsense', pem(keyFor('ES256').privateKey)]
    const { prove } = prover({ key: () => given.shift() ?? '' })
    expect(await rejectionOf(prove())).toMatchObject({ code: 'client_key_unavailable' })
    await expect(prove()).resolves.toBeDefined()
  })

  it('without a public half is refused, because the server must see that', async () => {
    const key = await cryptoKey('ES256')
    for (const given of [key, signerFor('ES256')]) {
      expect(() => prover({ key: given })).toThrow(ConfigurationError)
      expect(() => prover({ key: given })).toThrow(/dpop.key has no public half/)
    }
    expect(await rejectionOf(prover({ key: () => key }).prove())).toMatchObject({
      code: 'client_key_unavailable',
    })
  })

  it.each<[string, DpopOptions]>([
    ['public', { key: keyFor('ES256').publicKey }],
    ['encrypted', { key: '-----BEGIN ENCRYPTED PRIVATE KEY-----' }],
    ['of another kind than its algorithm', { key: keyFor('ES256').privateKey, algorithm: 'RS256' }],
  ])('that is %s is refused where it is written', (_case, options) => {
    expect(() => prover(options)).toThrow(ConfigurationError)
  })
})
