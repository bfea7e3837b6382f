/**
 * A provider preset: how one vendor spells audience and scopes, what its body is, how its answer
 * reads. Data and pure functions; what the vendor cannot express is refused with the reason, before
 * anything is sent.
 */
import { ConfigurationError } from '../errors.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { grantParameters } from './client-credentials-grant.ts'
import type { FormParameters } from './client-credentials-grant.ts'

import { encodeForm } from './form-encoding.ts'

/** A body as it is sent. */
export interface EncodedBody {
  readonly contentType: string
  readonly body: string
}

/** How a plain `clientSecret` is sent. */
export type SecretMethod = 'client_secret_basic' | 'client_secret_basic_raw' | 'client_secret_post'

/** What a vendor does its own way. Everything but `name` and `spell` is optional. */
export interface Provider {
  /** For messages: `Okta`. */
  readonly name: string
  /** Where the preset knows it. */
  readonly issuer?: string | undefined
  readonly tokenEndpoint?: string | undefined
  /**
   * The parameters of the token request, `grant_type` included.
   *
   * @throws {ConfigurationError} `request_invalid`: the vendor cannot express it; see {@link cannot}.
   */
  readonly spell: (request: TokenRequest) => FormParameters
  /** Parameters, those of the client authentication included, as a body. Default: a form. */
  readonly encode?: ((parameters: FormParameters) => EncodedBody) | undefined
  /** The members of a JSON answer in the spelling of RFC 6749. Default: as they are. */
  readonly read?: ((members: AnswerMembers) => AnswerMembers) | undefined
  /** The granted scopes in the words of the request. Default: as the server says. */
  readonly grantedScopes?:
    ((granted: readonly string[], request: TokenRequest) => readonly string[]) | undefined
  /** How a plain `clientSecret` is sent. Default: Basic, or what discovery lists. */
  readonly secretMethod?: SecretMethod | undefined
  /** The client authentications that it takes, where it takes few. Default: all. */
  readonly methods?: readonly string[] | undefined
  /** `aud` of client assertions. Default `'issuer'`. */
  readonly assertionAudience?: 'issuer' | 'token_endpoint' | undefined
}

export type AnswerMembers = Readonly<Record<string, unknown>>

/** RFC 6749 and its neighbours, as they are written. */
export const standardProvider: Provider = Object.freeze({
  name: 'the standard',
  spell: grantParameters,
})

/** The error for what a vendor cannot express. */
export function cannot(provider: string, field: string, reason: string): ConfigurationError {
  return new ConfigurationError('request_invalid', `${provider}: ${field} ${reason}`, { field })
}

export function encodeBody(provider: Provider, parameters: FormParameters): EncodedBody {
  if (provider.encode !== undefined) return provider.encode(parameters)
  // Several servers compare this text with case, and refuse a charset parameter.
  return { contentType: 'application/x-www-form-urlencoded', body: encodeForm(parameters) }
}
