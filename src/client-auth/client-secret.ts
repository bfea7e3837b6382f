/**
 * Shared secrets that are sent: `client_secret_basic` and `client_secret_post` (RFC 6749 section
 * 2.3.1). The secret is a string, a function or a file; the last two are read again for every
 * attempt.
 */
import { ClientAuthenticationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import { formEncode } from '../wire/form-encoding.ts'
import { quote } from '../wire/quoted-text.ts'
import { textReader } from './credential-source.ts'
import type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
} from './client-authentication.ts'

/** The secret itself, a function that gives it, or the file that holds it. */
export type ClientSecret = string | (() => string | Promise<string>) | { readonly file: string }

export const clientSecretKind = {
  what: 'the client secret',
  field: 'clientSecret',
  code: 'client_secret_unavailable',
} as const

export interface ClientSecretBasicOptions {
  /**
   * `'form'` (default): both halves are form-encoded as RFC 6749 section 2.3.1 says, leaving
   * `-._~` alone. `'raw'`: for servers that never decode.
   */
  readonly encoding?: 'form' | 'raw' | undefined
}

/** `client_secret_basic`: id and secret in the `Authorization` header. */
export function clientSecretBasic(
  secret: ClientSecret,
  options: ClientSecretBasicOptions = {},
): ClientAuthentication {
  const fields = new FieldReader(options, ['encoding'], {
    what: 'clientSecretBasic option',
    code: 'configuration_invalid',
  })
  const encoding = fields.text('encoding') ?? 'form'
  if (encoding !== 'form' && encoding !== 'raw') {
    throw fields.refusal('encoding', "must be 'form' or 'raw'")
  }
  const encode = encoding === 'form' ? formEncode : (text: string) => text
  return secretMethod('client_secret_basic', secret, (text, { clientId }) => {
    if (encoding === 'form' || !clientId.includes(':')) return basicProof(clientId, text, encode)
    throw new ClientAuthenticationError(
      'client_authentication_unsupported',
      "a clientId with a colon cannot be sent raw (RFC 7617 section 2); use encoding: 'form'",
    )
  })
}

/** `client_secret_post`: id and secret in the form. */
export function clientSecretPost(secret: ClientSecret): ClientAuthentication {
  return secretMethod('client_secret_post', secret, (text, { clientId }) =>
    postProof(clientId, text),
  )
}

/** Basic, or Post where discovery lists only that: what `clientSecret` alone means. */
export function clientSecretAsListed(secret: ClientSecret): ClientAuthentication {
  return secretMethod('client_secret', secret, (text, context) => {
    const { authMethods, clientId } = context
    if (authMethods === undefined || authMethods.includes('client_secret_basic')) {
      return basicProof(clientId, text, formEncode)
    }
    if (authMethods.includes('client_secret_post')) return postProof(clientId, text)
    throw new ClientAuthenticationError(
      'client_authentication_unsupported',
      `the authorization server takes ${quote(authMethods.join(', '), [text]) ?? 'no method'} and no ` +
        'client secret; register this client for client_secret_basic or client_secret_post, or set ' +
        'clientAuthentication to a method of your own',
    )
  })
}

function secretMethod(
  method: string,
  secret: ClientSecret,
  proof: (text: string, context: ClientAuthenticationContext) => ClientProof,
): ClientAuthentication {
  const read = textReader(secret, clientSecretKind)
  return Object.freeze({
    method,
    rotates: typeof secret !== 'string',
    prove: async (context: ClientAuthenticationContext) => proof(await read(), context),
  })
}

function basicProof(clientId: string, text: string, encode: (text: string) => string): ClientProof {
  // Section 2.3.1 encodes both halves before joining them, so a colon in the id cannot end it early.
  const pair = `${encode(clientId)}:${encode(text)}`
  const credentials = Buffer.from(pair, 'utf8').toString('base64')
  return {
    headers: { authorization: `Basic ${credentials}` },
    parameters: [],
    secrets: [text, formEncode(text), credentials, `${clientId}:${text}`],
  }
}

function postProof(clientId: string, text: string): ClientProof {
  return {
    headers: {},
    parameters: [
      ['client_id', clientId],
      ['client_secret', text],
    ],
    secrets: [text, formEncode(text)],
  }
}
