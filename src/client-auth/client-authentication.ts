/**
 * The type of a client authentication (RFC 6749 section 2.3): a function that is asked for a proof
 * of identity, again for every attempt, and adds it to the outgoing request. One method a request.
 */

/** What a method may need to know of the server and of the moment. */
export interface ClientAuthenticationContext {
  readonly clientId: string
  readonly tokenEndpoint: string
  readonly issuer: string | undefined
  /** What discovery lists; undefined where it lists nothing or there was none. */
  readonly authMethods: readonly string[] | undefined
  /**
   * Whom an assertion is for, unless the method was told otherwise: the issuer where it is known,
   * else the token endpoint, or what the provider's preset says (RFC 7523 section 3).
   */
  readonly assertionAudience: string
  /** Epoch milliseconds, by the manager's clock. */
  readonly now: number
}

/** What goes into the request. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Texts of this proof that may not be repeated in any message. */
  readonly secrets: readonly string[]
  /**
   * Names the credential that was used, without telling it: proofs that are new each time are
   * compared by it. Default: the whole proof is compared.
   */
  readonly credential?: string | undefined
  /** How to send the request, where the connection is part of the proof (RFC 8705). */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** A connection that shows a certificate. */
export interface ClientTransport {
  readonly fetch: typeof globalThis.fetch
  /** SHA-256 of the certificate, as `x5t#S256` (RFC 8705 section 3.1). */
  readonly thumbprint: string
}

/** One way of proving who we are. Made by `clientSecretBasic` and its neighbours. */
export interface ClientAuthentication {
  /** The registered name of the method, e.g. `client_secret_basic`. */
  readonly method: string
  /** Whether the credential is read anew each time, so that a refused one is worth a second look. */
  readonly rotates: boolean
  /**
   * The certificate in the connection is the proof, or tokens are bound to it: requests go to
   * `mtls_endpoint_aliases` where metadata lists them (RFC 8705 section 5). Default false.
   */
  readonly mutualTls?: boolean | undefined
  /**
   * The connection that shows the certificate, where the method has one of its own. Default: the
   * manager's `fetch` shows it.
   *
   * @param now Epoch milliseconds.
   */
  readonly transport?: ((now: number) => Promise<ClientTransport>) | undefined
  prove(context: ClientAuthenticationContext): Promise<ClientProof>
}
