/**
 * Reads the verifier's options, each once: refuses what is unknown, wrong or contradictory, with the
 * option's name and the remedy, and fills in the defaults. Nothing is fetched here.
 */
import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { FieldReader, isPlainObject, kind, textProblem } from '../field-reader.ts'
import { parseSecureUrl } from '../secure-url.ts'
import { isSignatureAlgorithm, signatureAlgorithms } from './algorithms.ts'
import type { SignatureAlgorithm } from './algorithms.ts'
import type { FetchFunction } from './json-document.ts'
import { discoveredLocation, knownLocation } from './key-location.ts'
import { fixedKeySet, RemoteKeySet } from './key-set.ts'
import type { KeySet } from './key-set.ts'
import { readScopes } from './required-scopes.ts'
import { isSecretKey, parseKeySet } from './verification-key.ts'
import type { VerificationKey } from './verification-key.ts'
import type { ClaimValue, DpopMode } from './verifier-options.ts'

export interface VerifierRules {
  /** Issuer to the keys of its tokens. */
  readonly keySets: ReadonlyMap<string, KeySet>
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly toleranceMs: number
  readonly requireType: boolean
  readonly requireClaims: ReadonlyMap<string, ClaimValue>
  readonly dpop: DpopMode | undefined
  readonly publicUrl: URL | undefined
  readonly clock: Clock
}

const names = [
  ...['issuer', 'audience', 'jwksUri', 'keys', 'scopes', 'algorithms', 'toleranceSeconds'],
  ...['requireType', 'requireClaims', 'dpop', 'publicUrl', 'fetch', 'clock', 'allowInsecureHttp'],
]

/** @throws {ConfigurationError} `configuration_invalid`, naming the option and the remedy. */
export function resolveVerifierOptions(options: unknown): VerifierRules {
  const fields = new FieldReader(options, names, {
    what: 'verifier option',
    code: 'configuration_invalid',
  })
  const clock = readClock(fields)
  return Object.freeze({
    keySets: readKeySets(fields, clock),
    audience: readTexts(fields, 'audience'),
    scopes: readScopes(fields),
    algorithms: readAlgorithms(fields),
    toleranceMs: fields.number('toleranceSeconds', 5, { min: 0, max: 300 }) * 1000,
    requireType: fields.boolean('requireType', false),
    requireClaims: readClaims(fields),
    dpop: readDpop(fields),
    publicUrl: readUrl(fields, 'publicUrl', { allowQuery: false, allowInsecureHttp: true }),
    clock,
  })
}

function readKeySets(fields: FieldReader, clock: Clock): ReadonlyMap<string, KeySet> {
  const issuers = readTexts(fields, 'issuer')
  const allowInsecureHttp = fields.boolean('allowInsecureHttp', false)
  const parts = { fetch: readFetch(fields), clock, allowInsecureHttp }
  const keys = readKeys(fields)
  const jwksUri = readUrl(fields, 'jwksUri', { allowInsecureHttp, allowQuery: true })
  if (keys !== undefined && jwksUri !== undefined) {
    throw fields.refusal('jwksUri', "stands beside 'keys'; give one of them")
  }
  if (keys !== undefined) return new Map(issuers.map((issuer) => [issuer, fixedKeySet(keys)]))
  if (jwksUri !== undefined) {
    const shared = new RemoteKeySet(knownLocation(jwksUri), parts)
    return new Map(issuers.map((issuer) => [issuer, shared]))
  }
  const discovered = issuers.map((issuer) => {
    const { problem } = parseSecureUrl(issuer, { allowInsecureHttp })
    if (problem === undefined) return new RemoteKeySet(discoveredLocation(issuer, parts), parts)
    throw fields.refusal('issuer', `${problem}; for another kind of issuer set jwksUri or keys`)
  })
  return new Map(issuers.map((issuer, at) => [issuer, discovered[at] as KeySet]))
}

function readKeys(fields: FieldReader): readonly VerificationKey[] | undefined {
  const given = fields.unknown('keys')
  if (given === undefined) return undefined
  const keys = parseKeySet(given)
  if (keys === undefined) throw fields.refusal('keys', 'must be a JWK Set: { keys: [...] }')
  if ((given as { readonly keys: readonly unknown[] }).keys.some(isSecretKey)) {
    throw fields.refusal('keys', 'holds a private or secret key; give the public keys alone')
  }
  if (keys.length === 0) throw fields.refusal('keys', 'holds no key that verifies signatures')
  return keys
}

function readTexts(fields: FieldReader, name: string): readonly string[] {
  const value = fields.unknown(name)
  if (value === undefined) throw fields.refusal(name, 'is missing')
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (texts.length === 0) throw fields.refusal(name, 'is empty; name at least one')
  return texts.map((text) => {
    if (typeof text !== 'string') {
      throw fields.refusal(name, `must be a string or an array of them, not ${kind(text)}`)
    }
    const problem = textProblem(text)
    if (problem !== undefined) throw fields.refusal(name, problem)
    return text
  })
}

function readUrl(
  fields: FieldReader,
  name: string,
  rules: { readonly allowInsecureHttp: boolean; readonly allowQuery: boolean },
): URL | undefined {
  const text = fields.text(name)
  if (text === undefined) return undefined
  const { url, problem } = parseSecureUrl(text, rules)
  if (url === undefined) throw fields.refusal(name, problem)
  return url
}

function readAlgorithms(fields: FieldReader): readonly SignatureAlgorithm[] {
  const given = fields.unknown('algorithms')
  if (given === undefined) return signatureAlgorithms
  if (!Array.isArray(given) || given.length === 0) {
    throw fields.refusal('algorithms', 'must be an array with at least one algorithm')
  }
  return given.map((name: unknown) => {
    if (isSignatureAlgorithm(name)) return name
    const hint = `only asymmetric ones are accepted: ${signatureAlgorithms.join(', ')}`
    const shown = typeof name === 'string' ? `'${name.slice(0, 20)}'` : kind(name)
    throw fields.refusal('algorithms', `holds ${shown}; ${hint}`)
  })
}

function readClaims(fields: FieldReader): ReadonlyMap<string, ClaimValue> {
  const given = fields.unknown('requireClaims') ?? {}
  if (!isPlainObject(given)) {
    throw fields.refusal('requireClaims', `must be an object, not ${kind(given)}`)
  }
  const claims = Object.entries(given as Record<string, unknown>).map(([name, value]) => {
    if (isClaimValue(value)) return [name, value] as const
    const words = 'must be a string, a finite number or a boolean'
    const shown = typeof value === 'number' ? String(value) : kind(value)
    throw fields.refusal(`requireClaims.${name}`, `${words}, not ${shown}`)
  })
  return new Map(claims)
}

/** NaN equals nothing, and JSON cannot write it or an infinity: every token would be refused. */
function isClaimValue(value: unknown): value is ClaimValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function readDpop(fields: FieldReader): DpopMode | undefined {
  const mode = fields.unknown('dpop')
  if (mode === undefined || mode === 'allowed' || mode === 'required') return mode
  throw fields.refusal('dpop', "must be 'allowed' or 'required', or be left out")
}

function readFetch(fields: FieldReader): () => FetchFunction {
  const given = fields.unknown('fetch')
  if (given === undefined) return () => globalThis.fetch
  if (typeof given !== 'function') {
    throw fields.refusal('fetch', `must be a function, not ${kind(given)}`)
  }
  return () => given as FetchFunction
}

function readClock(fields: FieldReader): Clock {
  const clock = fields.unknown('clock')
  if (clock === undefined) return systemClock
  const parts = Object(clock) as Record<string, unknown>
  const missing = ['now', 'monotonic', 'after'].find((name) => typeof parts[name] !== 'function')
  if (missing === undefined) return clock as Clock
  throw fields.refusal('clock', `must have a function '${missing}'`)
}
