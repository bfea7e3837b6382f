/**
 * The type of a client authentication (RFC 6749 section 2.3): a function that is asked for a proof
 * of identity, again for every attempt, and adds it to the outgoing request. One method a request.
 */

/** What a method may need to know of the server. */
export interface ClientAuthenticationContext {
  readonly clientId: string
  readonly tokenEndpoint: string
  readonly issuer: string | undefined
  /** What discovery lists; undefined where it lists nothing or there was none. */
  readonly authMethods: readonly string[] | undefined
}

/** What goes into the request. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Texts of this proof that may not be repeated in any message. */
  readonly secrets: readonly string[]
}

/** One way of proving who we are. Made by `clientSecretBasic` and its neighbours. */
export interface ClientAuthentication {
  /** The registered name of the method, e.g. `client_secret_basic`. */
  readonly method: string
  /** Whether the secret is read anew each time, so that a refused one is worth a second look. */
  readonly rotates: boolean
  prove(context: ClientAuthenticationContext): Promise<ClientProof>
}
