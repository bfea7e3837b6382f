/** The options of a `TokenManager`: types and their documentation, no logic. */
import type { ClientAuthentication } from './client-auth/client-authentication.ts'
import type { ClientSecret } from './client-auth/client-secret.ts'
import type { DpopOptions } from './client-auth/dpop.ts'
import type { Clock } from './clock.ts'
import type { TokenRequestInput } from './request/token-request.ts'
import type { TokenStore } from './store/token-store.ts'
import type { Provider } from './wire/provider.ts'

/**
 * Where the tokens come from: one of the two, or both to skip discovery for an issuer. Environment
 * variables may be named as they are; if one is not set, the constructor says so.
 */
export type AuthorizationServerOptions =
  | { readonly issuer?: undefined; readonly tokenEndpoint: string | undefined }
  | {
      /**
       * The issuer identifier, exactly as its metadata spells it; the token endpoint is discovered
       * (RFC 8414, and OpenID's well-known path).
       */
      readonly issuer: string | undefined
      /** The token endpoint: with it, nothing is discovered. */
      readonly tokenEndpoint?: string | undefined
    }
  | {
      /** A preset that knows where its vendor's endpoints are: `m2m-tokens/providers`. */
      readonly provider: Provider | undefined
      readonly issuer?: undefined
      readonly tokenEndpoint?: undefined
    }

/** How we prove who we are: one of the two. */
export type ClientOptions =
  | {
      readonly clientSecret?: undefined
      /** A method of your choice, e.g. `clientSecretPost(secret)`. */
      readonly clientAuthentication: ClientAuthentication
    }
  | {
      /**
       * The client secret: a string, a function, or `{ file }`; the last two are read again for
       * every attempt. Sent by Basic, or by Post where discovery lists only that.
       */
      readonly clientSecret: ClientSecret | undefined
      readonly clientAuthentication?: undefined
    }

/** Options that all have a default. */
export interface CommonOptions {
  /** The client identifier that the authorization server knows you by. */
  readonly clientId: string | undefined
  /**
   * How one vendor spells requests and answers: a preset of `m2m-tokens/providers`. Default: the
   * standard.
   */
  readonly provider?: Provider | undefined
  /**
   * Binds tokens to a key, so that a stolen one is of no use (RFC 9449): `true` for a key of this
   * manager's own, or `{ key, algorithm, allowBearer }`. Default false.
   */
  readonly dpop?: boolean | DpopOptions | undefined
  /**
   * The only places that ever see a token from `fetch` and axios: absolute URL prefixes, matched by
   * origin and whole path segments. Default `{}`.
   */
  readonly resources?: Readonly<Record<string, TokenRequestInput>> | undefined
  /**
   * What happens to a URL that no entry of `resources` covers: `'refuse'` (default) throws,
   * `'pass'` sends it without a token.
   */
  readonly unlistedOrigins?: 'refuse' | 'pass' | undefined
  /**
   * Asks a resource whose entry names neither audience nor resource which token it takes, of whom,
   * and with which scopes (RFC 9728). Default false.
   */
  readonly discoverResources?: boolean | undefined
  /**
   * Issuers that such a resource may name, beside the manager's own: they are shown this client's
   * credentials. Default `[]`.
   */
  readonly allowedIssuers?: readonly string[] | undefined
  /** Extra parameters for every token request. Default `{}`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** Used for token requests and by `fetch`. Default: `globalThis.fetch`, looked up at call time. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Keys held; the least recently used leaves. 1 to 1 000 000. Default 10 000. */
  readonly maxEntries?: number | undefined
  /**
   * Seconds before the end at which renewal starts behind the callers; at most half the lifetime,
   * at least twice the margin. Default: a quarter of the lifetime, 5 s to 15 min.
   */
  readonly renewAheadSeconds?: number | undefined
  /**
   * Seconds before the end at which a token is no longer handed out; at most a tenth of the
   * lifetime. Default 30.
   */
  readonly expiryMarginSeconds?: number | undefined
  /** Seconds a token lives where neither the answer nor a JWT says so. Default 300. */
  readonly defaultLifetimeSeconds?: number | undefined
  /** Milliseconds for one attempt, discovery and reading the secret included. Default 5 000. */
  readonly attemptTimeoutMs?: number | undefined
  /** Milliseconds for a whole acquisition with its retries. Default 10 000. */
  readonly acquireTimeoutMs?: number | undefined
  /** Further attempts after a transient failure. 0 to 10. Default 2. */
  readonly retries?: number | undefined
  /** Requests whose tokens a timer renews, used or not. Default `[]`. */
  readonly keepWarm?: readonly TokenRequestInput[] | undefined
  /**
   * What processes share, so that a fleet acts as one: `redisTokenStore(client, { key })` of
   * `m2m-tokens/redis`, or one of your own. It can make an acquisition later, never wrong, and
   * never fail. Default: none.
   */
  readonly store?: TokenStore | undefined
  /** Milliseconds that one call of the store may take before it counts as a miss. Default 250. */
  readonly storeTimeoutMs?: number | undefined
  /** Allows http to hosts other than this machine, for token requests too. Default false. */
  readonly allowInsecureHttp?: boolean | undefined
  /** For tests. Default: the system's clocks and timers. */
  readonly clock?: Clock | undefined
  /** For tests: a number from 0 to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

/**
 * Everything a `TokenManager` can be told. Unknown names are refused with the nearest right one;
 * `undefined` means the default, `null` is refused.
 */
export type TokenManagerOptions = AuthorizationServerOptions & ClientOptions & CommonOptions

/** A request for {@link TokenRequestInput}, bound, with the places its token may be sent to. */
export interface BoundRequestInput extends TokenRequestInput {
  /**
   * URL prefixes that this source's `fetch` may send its token to. Default: the audience's own
   * origin, where the audience is an absolute URL.
   */
  readonly origins?: readonly string[] | undefined
}
