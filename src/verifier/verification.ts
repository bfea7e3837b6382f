/**
 * One verification, step by step: a token is taken apart, its issuer looked up, its signature and
 * then its claims are checked (RFC 9068 section 4, RFC 8725). Whatever goes wrong ends as a refusal;
 * what could not be checked is never let through.
 */
import { checkAlgorithm, checkAudience, checkClaims, checkLife } from './token-checks.ts'
import { boundKeyOf, checkScopes, checkType } from './token-checks.ts'
import { parseCompact } from './compact-token.ts'
import type { CompactToken } from './compact-token.ts'
import { DpopProofs } from './dpop-proof.ts'
import { presentedToken } from './presented-token.ts'
import type { RequestLike } from './presented-token.ts'
import { challengeFor } from './refusal-challenge.ts'
import type { TokenScheme } from './refusal-challenge.ts'
import { AccessTokenRefused } from './refusal.ts'
import type { VerifierRules } from './resolve-verifier-options.ts'
import { shown, TokenProblem, unexpected } from './token-problem.ts'
import { readAccessToken } from './verified-access-token.ts'
import type { VerifiedAccessToken } from './verified-access-token.ts'

export class Verification {
  readonly #rules: VerifierRules
  readonly #proofs: DpopProofs | undefined
  readonly #schemes: readonly TokenScheme[]

  constructor(rules: VerifierRules) {
    this.#rules = rules
    this.#proofs = rules.dpop === undefined ? undefined : new DpopProofs(rules)
    const bearer = rules.dpop === 'required' ? [] : (['Bearer'] as const)
    this.#schemes = rules.dpop === undefined ? ['Bearer'] : [...bearer, 'DPoP']
  }

  async ofText(text: string, scopes: readonly string[]): Promise<VerifiedAccessToken> {
    const required = [...new Set([...this.#rules.scopes, ...scopes])]
    try {
      const token = await this.#verified(text)
      this.#checkBearer(boundKeyOf(token.claims))
      checkScopes(token, required)
      return token
    } catch (error) {
      throw this.#refusal(error, required, 'Bearer')
    }
  }

  async ofRequest(request: RequestLike, scopes: readonly string[]): Promise<VerifiedAccessToken> {
    const required = [...new Set([...this.#rules.scopes, ...scopes])]
    let presented: TokenScheme | undefined
    try {
      const { scheme, text } = presentedToken(request, this.#schemes)
      presented = scheme
      const token = await this.#verified(text)
      const thumbprint = boundKeyOf(token.claims)
      if (scheme === 'Bearer') this.#checkBearer(thumbprint)
      else await this.#checkProof({ request, token: text, thumbprint })
      checkScopes(token, required)
      return token
    } catch (error) {
      throw this.#refusal(error, required, presented)
    }
  }

  /** Everything but how the token is presented, and what it is good for. */
  async #verified(text: string): Promise<VerifiedAccessToken> {
    const { token, problem } = parseCompact(text)
    if (token === undefined) throw new TokenProblem('token_malformed', `the token ${problem}`)
    const { audience, clock, requireClaims, requireType, toleranceMs } = this.#rules
    await this.#checkSignature(text, token)
    const { header, payload } = token
    checkType(header, payload, requireType)
    checkLife(payload, clock.now(), toleranceMs)
    checkAudience(payload, audience)
    checkClaims(payload, requireClaims)
    return readAccessToken(payload)
  }

  /** Keys are looked up by the issuer that the token names; one issuer's keys are no other's. */
  async #checkSignature(text: string, { header, payload }: CompactToken): Promise<void> {
    const { algorithms, keySets } = this.#rules
    const algorithm = checkAlgorithm(header, algorithms)
    const { iss } = payload
    const keySet = typeof iss === 'string' ? keySets.get(iss) : undefined
    if (keySet === undefined) {
      const words = `${shown(iss)}, not by '${[...keySets.keys()].join("' or '")}'`
      throw new TokenProblem('token_issuer_mismatch', `the token is issued by ${words}`)
    }
    const { kid } = header
    if (kid !== undefined && typeof kid !== 'string') {
      throw new TokenProblem('token_malformed', "the token's kid is not a string")
    }
    let usable = false
    for await (const keys of keySet.keysFor({ algorithm, keyId: kid })) {
      for (const key of keys) {
        const verified = await key.verifies(text, algorithm)
        if (verified === true) return
        usable ||= verified !== undefined
      }
    }
    if (usable) {
      throw new TokenProblem('token_signature_invalid', "the token's signature is not valid")
    }
    const words = `no usable key for ${algorithm} with kid ${shown(kid)}`
    throw new TokenProblem('token_key_unknown', `the issuer has ${words}`)
  }

  /** RFC 9449 section 7.2: a bound token is worth nothing without its proof. */
  #checkBearer(thumbprint: string | undefined): void {
    if (thumbprint !== undefined) {
      const remedy = this.#proofs === undefined ? "set the option 'dpop'" : 'present it with DPoP'
      const words = `the token is bound to a key, and came without a proof; ${remedy}`
      throw new TokenProblem('token_binding_mismatch', words)
    }
    if (this.#rules.dpop !== 'required') return
    throw new TokenProblem(
      'token_binding_mismatch',
      'the token is bound to no key (dpop: required)',
    )
  }

  async #checkProof(subject: {
    readonly request: RequestLike
    readonly token: string
    readonly thumbprint: string | undefined
  }): Promise<void> {
    const { thumbprint } = subject
    if (thumbprint === undefined || this.#proofs === undefined) {
      throw new TokenProblem('token_binding_mismatch', 'the token came with DPoP, bound to no key')
    }
    await this.#proofs.check({ ...subject, thumbprint })
  }

  #refusal(error: unknown, scopes: readonly string[], presented: TokenScheme | undefined) {
    const [realm = ''] = this.#rules.audience
    const { algorithms } = this.#rules
    const problem = error instanceof TokenProblem ? error : unexpected(error)
    const { code, message, retryAfterMs } = problem
    const context = { schemes: this.#schemes, presented, realm, scopes, algorithms }
    const wwwAuthenticate = challengeFor(code, context)
    return new AccessTokenRefused(code, message, { wwwAuthenticate, retryAfterMs })
  }
}
