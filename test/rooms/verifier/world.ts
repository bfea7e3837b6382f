/**
 * An issuer in memory: keys of several kinds, documents that it answers with, a clock that stands
 * still, and a verifier that trusts it. No network; keys are made once for all tests.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import { expect } from 'vitest'
import { createAccessTokenVerifier, isAccessTokenRefused } from '../../../src/verifier/index.ts'
import type {
  AccessTokenRefused,
  AccessTokenVerifier,
  AccessTokenVerifierOptions,
} from '../../../src/verifier/index.ts'
import { manualClock } from '../../support/manual-clock.ts'
import type { ManualClock } from '../../support/manual-clock.ts'

export const issuer = 'https://auth.test'
export const metadataUrl = `${issuer}/.well-known/oauth-authorization-server`
export const jwksUrl = `${issuer}/jwks`

export interface SigningKey {
  readonly alg: string
  readonly privateKey: CryptoKey
  /** With `kid` and `alg`, as it is published. */
  readonly jwk: JWK
  readonly privateJwk: JWK
}

const made = new Map<string, Promise<SigningKey>>()

/** The key of this name: made on first use, for the algorithm before the colon. */
export function keyNamed(name: string): Promise<SigningKey> {
  const known = made.get(name) ?? makeKey(name)
  made.set(name, known)
  return known
}

async function makeKey(name: string): Promise<SigningKey> {
  const [alg = ''] = name.split(':')
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const extra = { alg, kid: name, use: 'sig' }
  return {
    alg,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), ...extra },
    privateJwk: { ...(await exportJWK(privateKey)), ...extra },
  }
}

/** Claims of a good token at this instant; undefined takes one out. */
export function goodClaims(clock: ManualClock, changes: Record<string, unknown> = {}) {
  const now = clock.now() / 1000
  return {
    iss: issuer,
    sub: 'task-service',
    client_id: 'task-service',
    aud: 'event',
    exp: now + 600,
    iat: now,
    jti: 'token-1',
    scope: 'event.view event.create',
    ...changes,
  }
}

export const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Signs whatever it is given, sense or nonsense. */
export async function sign(
  key: SigningKey,
  payload: unknown,
  header: Record<string, unknown> = {},
): Promise<string> {
  const bytes = new TextEncoder().encode(
    typeof payload === 'string' ? payload : JSON.stringify(payload),
  )
  const whole = { alg: key.alg, kid: key.jwk.kid, typ: 'at+jwt', ...header }
  // `crit` is added after the fact: jose refuses to sign what it does not understand.
  const { crit, ...rest } = whole as typeof whole & { readonly crit?: unknown }
  if (crit === undefined) {
    return new CompactSign(bytes).setProtectedHeader(rest as { alg: string }).sign(key.privateKey)
  }
  return signRaw(key, part(whole), part(bytes))
}

async function signRaw(key: SigningKey, header: string, payload: string): Promise<string> {
  const signature = await crypto.subtle.sign(
    key.alg === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : key.privateKey.algorithm,
    key.privateKey,
    new TextEncoder().encode(`${header}.${payload}`),
  )
  return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`
}

export function hmac(secret: string | Buffer, header: unknown, payload: unknown): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

export interface World {
  readonly clock: ManualClock
  readonly verifier: AccessTokenVerifier
  /** Every URL that was fetched, in order. */
  readonly urls: string[]
  /** What each URL answers; may be changed at any time. */
  readonly answers: Map<string, () => Response | Promise<Response>>
  readonly publish: (...keys: readonly object[]) => void
  /** A good token, but for the changes. */
  readonly token: (
    changes?: Record<string, unknown>,
    header?: Record<string, unknown>,
  ) => Promise<string>
  readonly fetches: (url: string) => number
}

export async function startWorld(
  options: Partial<AccessTokenVerifierOptions> = {},
  keyName = 'ES256:one',
): Promise<World> {
  const clock = manualClock()
  const key = await keyNamed(keyName)
  const urls: string[] = []
  const answers = new Map<string, () => Response | Promise<Response>>()
  const publish = (...keys: readonly object[]) => {
    answers.set(jwksUrl, () => Response.json({ keys }))
  }
  answers.set(metadataUrl, () => Response.json({ issuer, jwks_uri: jwksUrl }))
  publish(key.jwk)
  const fetch = async (input: unknown) => {
    urls.push(String(input))
    await Promise.resolve()
    return answers.get(String(input))?.() ?? new Response('', { status: 404 })
  }
  const standard = { issuer, audience: 'event', clock, fetch }
  return {
    clock,
    verifier: createAccessTokenVerifier({ ...standard, ...options }),
    urls,
    answers,
    publish,
    token: (changes, header) => sign(key, goodClaims(clock, changes), header),
    fetches: (url) => urls.filter((one) => one === url).length,
  }
}

/** The refusal that a promise ends with; fails for anything else. */
export async function refusalOf(work: Promise<unknown>): Promise<AccessTokenRefused> {
  try {
    await work
  } catch (error) {
    if (isAccessTokenRefused(error)) return error
    throw new Error('something else than a refusal was thrown', { cause: error })
  }
  throw new Error('the token was accepted, and was not meant to be')
}

/** Fails where a part of the token is in anything that a logger could write. */
export function expectNoTokenIn(refusal: AccessTokenRefused, token: string): void {
  const said = [
    inspect(refusal, { depth: Infinity, showHidden: true, maxStringLength: null }),
    JSON.stringify(refusal),
    refusal.stack ?? '',
    refusal.wwwAuthenticate ?? '',
  ].join('\n')
  const parts = token.split(/[\s.,]+/).filter((text) => text.length >= 12)
  for (const text of parts) expect(said.includes(text), 'a part of the token').toBe(false)
  expect(refusal.cause).toBeUndefined()
}

export interface ProofChanges {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: SigningKey
}

export interface BoundToken {
  readonly token: string
  readonly proof: (changes?: ProofChanges) => Promise<string>
}

export const eventsUrl = 'https://api.test/events'

/** A token that is bound to a key, and proofs for `GET https://api.test/events`. */
export async function boundToken(world: World, keyName = 'ES256:client'): Promise<BoundToken> {
  const own = await keyNamed(keyName)
  const jkt = await calculateJwkThumbprint(own.jwk)
  const token = await world.token({ cnf: { jkt } })
  const ath = createHash('sha256').update(token).digest('base64url')
  return {
    token,
    proof: ({ claims = {}, header = {}, key = own } = {}) => {
      const { kty, crv, x, y, n, e } = key.jwk
      const jwk = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as object
      const iat = world.clock.now() / 1000
      const standard = { jti: randomUUID(), htm: 'GET', htu: eventsUrl, iat, ath }
      const proofHeader = { typ: 'dpop+jwt', kid: undefined, jwk, ...header }
      return sign(key, { ...standard, ...claims }, proofHeader)
    },
  }
}

/** A request with these headers. */
export const request = (headers: Record<string, string>, url = eventsUrl, method = 'GET') =>
  new Request(url, { method, headers })

/** Presents a token with its proof. */
export const send = ({ verifier }: World, token: string, proof: string) =>
  verifier.verifyRequest(request({ authorization: `DPoP ${token}`, dpop: proof }))

/** A world with a verifier that knows DPoP, and a bound token. */
export async function startBound(options: Parameters<typeof startWorld>[0] = { dpop: 'allowed' }) {
  const world = await startWorld(options)
  return { world, bound: await boundToken(world) }
}

/** A token of ten days, good but for the key. */
export const signedWith = async ({ clock }: World, name: string, header = {}) =>
  sign(await keyNamed(name), goodClaims(clock, { exp: clock.now() / 1000 + 864_000 }), header)

/** What a token is refused with. */
export const codeOf = async (world: World, text: string) =>
  (await refusalOf(world.verifier.verify(text))).code
