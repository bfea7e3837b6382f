/**
 * Verifies a DPoP proof (RFC 9449 section 4.3, check by check): made for this request, this token
 * and just now, by the key that the token is bound to, and not seen before. The key comes in the
 * proof itself, so that it is measured before it is used.
 */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import type { Clock } from '../clock.ts'
import { fitsAlgorithm, isSignatureAlgorithm } from './algorithms.ts'
import type { SignatureAlgorithm } from './algorithms.ts'
import { parseCompact } from './compact-token.ts'
import type { JsonObject } from './compact-token.ts'
import { headerValues } from './presented-token.ts'
import type { RequestLike } from './presented-token.ts'
import { ReplayMemory } from './replay-memory.ts'
import { isSameTarget, requestUrl } from './request-url.ts'
import { shown, TokenProblem } from './token-problem.ts'
import { importPublicKey, isSecretKey, isSignedBy, mayVerify } from './verification-key.ts'

export interface DpopRules {
  readonly clock: Clock
  readonly toleranceMs: number
  readonly publicUrl: URL | undefined
  /** What a proof may be signed with: the same as a token. */
  readonly algorithms: readonly SignatureAlgorithm[]
}

/** What the proof must be about. */
export interface ProofSubject {
  readonly request: RequestLike
  readonly token: string
  /** `cnf.jkt` of the token. */
  readonly thumbprint: string
}

const proofLifeMs = 60_000
const mostProofs = 100_000
const mostProofsPerKey = 20_000
const longestProofChars = 8_192
const longestIdChars = 256
// 8192 bits in base64url; and no exponent that makes one verification last for seconds.
const longestModulusChars = 1_366
const longestExponentChars = 6

export class DpopProofs {
  readonly #rules: DpopRules
  readonly #used: ReplayMemory
  /** What a request was let in with: middleware may stand before it more than once. */
  readonly #brought = new WeakMap<RequestLike, string>()

  constructor(rules: DpopRules) {
    this.#rules = rules
    const { clock, toleranceMs } = rules
    // A proof may be dated into the future by the tolerance, and is then used from before its time.
    const windowMs = proofLifeMs + 2 * toleranceMs
    this.#used = new ReplayMemory({
      clock,
      windowMs,
      maxEntries: mostProofs,
      maxPerOwner: mostProofsPerKey,
    })
  }

  /** @throws {TokenProblem} `dpop_proof_invalid`, naming the check. */
  async check({ request, token, thumbprint }: ProofSubject): Promise<void> {
    const [text, ...more] = headerValues(request, 'dpop')
    if (text === undefined) throw invalid('is missing: the request has no DPoP header')
    if (more.length > 0 || text.includes(','))
      throw invalid('is not alone: one DPoP header, please')
    if (text.length > longestProofChars) throw invalid(`is longer than ${longestProofChars}`)
    // The very same request is asked again, and was not sent again: not a replay, and not too late.
    const sent = `${token} ${text}`
    if (this.#brought.get(request) === sent) return
    const { token: proof, problem } = parseCompact(text)
    if (proof === undefined) throw invalid(problem)
    // Section 6.1 compares the thumbprint; before the signature, because it costs less.
    await this.#checkKey(text, proof.header, thumbprint)
    this.#checkClaims(proof.payload, request)
    const hash = createHash('sha256').update(token).digest('base64url')
    if (proof.payload['ath'] !== hash) throw invalid('has no ath, or that of another token')
    const { jti } = proof.payload
    if (typeof jti !== 'string' || jti === '' || jti.length > longestIdChars) {
      throw invalid('has no usable jti')
    }
    // Last, and without a pause between the question and the answer.
    if (!this.#used.isFirst(thumbprint, jti)) throw invalid('was used before (jti)')
    this.#brought.set(request, sent)
  }

  async #checkKey(text: string, header: JsonObject, thumbprint: string): Promise<void> {
    const { typ, alg, jwk, crit } = header
    if (typ !== 'dpop+jwt') throw invalid(`has the typ ${shown(typ)}, not dpop+jwt`)
    if (crit !== undefined) throw invalid('has critical extensions (crit)')
    if (!isSignatureAlgorithm(alg) || !this.#rules.algorithms.includes(alg)) {
      throw invalid(`is signed with ${shown(alg)}, which is not accepted (algorithms)`)
    }
    if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw invalid('has no jwk')
    if (isSecretKey(jwk)) throw invalid('holds a private key; its owner must not use it any more')
    const members = jwk as JsonObject
    if (!fitsAlgorithm(members, alg)) throw invalid('has a jwk that does not go with its alg')
    if (!mayVerify(members)) throw invalid('has a jwk that is not for signatures (use, key_ops)')
    if (isOversized(members)) throw invalid('has an RSA key that is larger than anybody needs')
    const key = await importPublicKey(members, alg)
    if (key === undefined) throw invalid('has a jwk that is no usable key')
    if ((await calculateJwkThumbprint(members)) !== thumbprint) {
      throw invalid('is made with another key than the token is bound to')
    }
    // Whatever goes wrong with a stranger's key is the stranger's fault.
    const signed = await isSignedBy(text, key, alg).catch(() => false)
    if (!signed) throw invalid('has a signature that is not valid')
  }

  #checkClaims(claims: JsonObject, request: RequestLike): void {
    const { htm, htu, iat, exp, nbf } = claims
    const { clock, toleranceMs, publicUrl } = this.#rules
    if (typeof htm !== 'string' || htm !== request.method) {
      throw invalid(`is for the method ${shown(htm)}`)
    }
    const url = requestUrl(request, publicUrl)
    if (url === undefined) throw invalid('cannot be compared: set publicUrl')
    if (!isSameTarget(htu, url)) {
      const here = `${url.origin}${url.pathname}`
      throw invalid(`is for ${shown(htu)}, not for ${shown(here)}; behind a proxy, set publicUrl`)
    }
    const now = clock.now()
    const ageMs = typeof iat === 'number' ? now - iat * 1000 : Number.NaN
    if (!(ageMs >= -toleranceMs && ageMs <= proofLifeMs + toleranceMs)) {
      throw invalid('was not made in the last 60 seconds (iat); compare the clocks')
    }
    // Section 4.2 asks for neither, and allows both: what its maker says of it holds.
    const from = secondsOr(nbf, -Infinity) * 1000
    const until = secondsOr(exp, Infinity) * 1000
    if (now + toleranceMs >= from && now - toleranceMs < until) return
    throw invalid('is not valid now, by its own nbf or exp')
  }
}

/** NaN, which compares with nothing, for what is no number. */
function secondsOr(claim: unknown, absent: number): number {
  if (claim === undefined) return absent
  return typeof claim === 'number' ? claim : Number.NaN
}

function isOversized({ n, e }: JsonObject): boolean {
  const tooLong = (value: unknown, most: number) => typeof value === 'string' && value.length > most
  return tooLong(n, longestModulusChars) || tooLong(e, longestExponentChars)
}

function invalid(words: string): TokenProblem {
  return new TokenProblem('dpop_proof_invalid', `the DPoP proof ${words}`)
}
