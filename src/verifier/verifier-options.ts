/**
 * What a verifier is made with: the types and their documentation, no logic. Every default is safe
 * in production; what is dangerous says so in its name.
 */
import type { Clock } from '../clock.ts'
import type { SignatureAlgorithm } from './algorithms.ts'
import type { FetchFunction } from './json-document.ts'
import type { AccessTokenRefused } from './refusal.ts'

/** The value that a claim must have. */
export type ClaimValue = string | number | boolean

/** A JWK Set (RFC 7517 section 5), as an issuer publishes it. */
export interface JsonWebKeySet {
  readonly keys: readonly object[]
}

/**
 * `allowed`: DPoP-bound tokens with a proof, and bearer tokens that are bound to nothing.
 * `required`: DPoP-bound tokens alone.
 */
export type DpopMode = 'allowed' | 'required'

/** Options of `createAccessTokenVerifier`. A name that is not here is refused. */
export interface AccessTokenVerifierOptions {
  /**
   * Who may have issued a token: compared with `iss` character by character. Where neither `keys`
   * nor `jwksUri` is given, the keys of each issuer are discovered and are good for its tokens alone.
   */
  readonly issuer: string | readonly string[]
  /** Who we are: one of these must be in the token's `aud`. */
  readonly audience: string | readonly string[]
  /** Where the keys are published. Default: discovered from `issuer` (RFC 8414, OpenID Discovery). */
  readonly jwksUri?: string | undefined
  /** The public keys themselves: no network is used, and nothing is renewed. Not with `jwksUri`. */
  readonly keys?: JsonWebKeySet | undefined
  /** Scopes that every token must have: an array, or one string with spaces. Default: none. */
  readonly scopes?: string | readonly string[] | undefined
  /**
   * Signature algorithms that are accepted. Default: all asymmetric ones (RS, PS and ES with 256,
   * 384 and 512, EdDSA, Ed25519). `none` and HS* are refused here, too. Of DPoP proofs as well.
   */
  readonly algorithms?: readonly SignatureAlgorithm[] | undefined
  /** By how much the clocks may differ, in seconds from 0 to 300. Default 5. */
  readonly toleranceSeconds?: number | undefined
  /**
   * Demands the `typ` of RFC 9068, `at+jwt`. Default false: absent and `JWT` are accepted as well,
   * unless a claim says that it is an id token, a refresh token or an event.
   */
  readonly requireType?: boolean | undefined
  /**
   * Claims that a token must have, with their exact values. For SuperTokens `{ stt: 1 }`: the same
   * keys sign session tokens (`stt` 0), which are no OAuth 2.0 tokens.
   */
  readonly requireClaims?: Readonly<Record<string, ClaimValue>> | undefined
  /**
   * Accepts DPoP (RFC 9449). Default: off, and tokens that are bound to a key are refused. Used
   * proofs are remembered for 70 seconds in this process: 20 000 for each key, 100 000 in all.
   */
  readonly dpop?: DpopMode | undefined
  /**
   * What clients write before the path of a request: `https://api.example.com`, with the path that a
   * proxy takes off. For DPoP, whose proofs name the URL. Default: the request's own `Host`, and
   * https where its socket is encrypted. Set it in production: a client writes its `Host` itself.
   */
  readonly publicUrl?: string | undefined
  /** For metadata and keys. Default: `globalThis.fetch`, looked up at call time. */
  readonly fetch?: FetchFunction | undefined
  /** Replaces the system's time; for tests. */
  readonly clock?: Clock | undefined
  /** Fetches keys over http, too. Default false: https, or loopback. */
  readonly allowInsecureHttp?: boolean | undefined
}

/** What one call, or one route, asks for beyond what the verifier does. */
export interface TokenRequirements {
  /** Scopes that the token must have as well: an array, or one string with spaces. */
  readonly scopes?: string | readonly string[] | undefined
}

/** What one route asks for, and who is told of refusals. */
export interface BearerOptions extends TokenRequirements {
  /**
   * Told of every refusal, for logs and counters. It holds no token. It is not waited for, and what
   * it throws or rejects with is dropped: the request is answered in any case.
   */
  readonly onRefused?: ((refusal: AccessTokenRefused) => unknown) | undefined
}
