/**
 * Shared secrets: `client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1). The
 * secret is a string, a function or a file; the last two are read again for every attempt, so that
 * it can be rotated without a restart. It is kept in closures, where no inspection finds it.
 */
import { readFile } from 'node:fs/promises'
import { ClientAuthenticationError, ConfigurationError } from '../errors.ts'
import { FieldReader, kind } from '../field-reader.ts'
import { formEncode } from '../wire/form-encoding.ts'
import { problemOf } from '../wire/network-failure.ts'
import { quote, safeCause } from '../wire/quoted-text.ts'
import type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
} from './client-authentication.ts'

/** The secret itself, a function that gives it, or the file that holds it. */
export type ClientSecret = string | (() => string | Promise<string>) | { readonly file: string }

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
  const read = reader(secret)
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

function reader(secret: unknown): () => Promise<string> {
  if (typeof secret === 'string') {
    if (secret === '') throw wrongSecret('is empty')
    if (!secret.isWellFormed()) throw wrongSecret('is not valid Unicode')
    return () => Promise.resolve(secret)
  }
  if (typeof secret === 'function') {
    return async () => checked(await called(secret as () => unknown), 'its function')
  }
  if (typeof secret !== 'object' || secret === null) {
    throw wrongSecret(`must be a string, a function or { file }, not ${kind(secret)}`)
  }
  const { file, ...others } = secret as { file?: unknown }
  if (
    !Object.hasOwn(secret, 'file') ||
    typeof file !== 'string' ||
    file === '' ||
    Object.keys(others).length > 0
  ) {
    throw wrongSecret('must be { file } with the path of a file and nothing else')
  }
  return async () => checked(await contents(file), `the file ${file}`)
}

function wrongSecret(problem: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `clientSecret ${problem}`, {
    field: 'clientSecret',
  })
}

async function called(secret: () => unknown): Promise<unknown> {
  try {
    return await secret()
  } catch (cause) {
    throw unavailable('its function threw; see cause', cause)
  }
}

async function contents(file: string): Promise<string> {
  try {
    // Editors and `echo` end a file with a newline that is not part of the secret.
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  } catch (cause) {
    const problem = problemOf(cause, [], 'see cause')
    throw unavailable(`the file ${file}${problem.words}`, cause)
  }
}

function checked(value: unknown, source: string): string {
  if (typeof value !== 'string') throw unavailable(`${source} gave ${kind(value)}, not a string`)
  if (value === '') throw unavailable(`${source} gave an empty text`)
  if (!value.isWellFormed()) throw unavailable(`${source} gave a text that is not valid Unicode`)
  return value
}

function unavailable(problem: string, cause?: unknown): ClientAuthenticationError {
  return new ClientAuthenticationError(
    'client_secret_unavailable',
    `the client secret could not be read: ${problem}`,
    cause === undefined ? {} : { cause: safeCause(cause, []) },
  )
}
