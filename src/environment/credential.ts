/**
 * Who we are, from variables: one of four credentials, and how it is shown. Files are named, not
 * read: that happens for every attempt, so that they can be rotated. Nothing is sent.
 */
import { bearerCredential } from '../client-auth/bearer-credential.ts'
import { clientAssertion } from '../client-auth/client-assertion.ts'
import type { ClientAuthentication } from '../client-auth/client-authentication.ts'
import { clientSecretJwt } from '../client-auth/client-secret-jwt.ts'
import {
  clientSecretBasic,
  clientSecretKind,
  clientSecretPost,
} from '../client-auth/client-secret.ts'
import type { ClientSecret } from '../client-auth/client-secret.ts'
import { fileOf } from '../client-auth/credential-source.ts'
import { privateKeyJwt } from '../client-auth/private-key-jwt.ts'
import { signingAlgorithms } from '../client-auth/signing-algorithm.ts'
import { ConfigurationError } from '../errors.ts'
import type { ClientOptions } from '../options.ts'
import type { Provider } from '../wire/provider.ts'
import { refusal } from './variable-reader.ts'
import type { VariableReader } from './variable-reader.ts'
import type { EnvironmentVariableName } from './variables.ts'

/** One of these says who we are. */
export const credentialVariables = [
  'M2M_CLIENT_SECRET',
  'M2M_CLIENT_SECRET_FILE',
  'M2M_PRIVATE_KEY_FILE',
  'M2M_CLIENT_ASSERTION_FILE',
] as const satisfies readonly EnvironmentVariableName[]

export function readCredential(
  variables: VariableReader,
  provider: Provider | undefined,
): ClientOptions {
  const chosen = variables.atMostOne(credentialVariables, 'a client has one credential; unset one')
  if (chosen === undefined) {
    throw variables.missing(
      'M2M_CLIENT_SECRET',
      'set it, or one of M2M_CLIENT_SECRET_FILE, M2M_PRIVATE_KEY_FILE and M2M_CLIENT_ASSERTION_FILE',
    )
  }
  for (const name of ['M2M_PRIVATE_KEY_ALGORITHM', 'M2M_PRIVATE_KEY_ID'] as const) {
    checkBelongs(variables, name, ['M2M_PRIVATE_KEY_FILE'])
  }
  checkBelongs(variables, 'M2M_CLIENT_AUTHENTICATION', secretVariables)
  if (chosen === 'M2M_PRIVATE_KEY_FILE' || chosen === 'M2M_CLIENT_ASSERTION_FILE') {
    checkShown(chosen, provider)
    const file = { file: fileIn(variables, chosen) }
    const assertion = chosen === 'M2M_CLIENT_ASSERTION_FILE'
    return { clientAuthentication: assertion ? clientAssertion(file) : byKey(variables, file) }
  }
  const secret =
    chosen === 'M2M_CLIENT_SECRET'
      ? (variables.value(chosen) ?? '')
      : { file: fileIn(variables, 'M2M_CLIENT_SECRET_FILE') }
  if (takesBearer(provider)) {
    if (variables.isSet('M2M_CLIENT_AUTHENTICATION')) {
      checkShown('M2M_CLIENT_AUTHENTICATION', provider)
    }
    return { clientAuthentication: bearerCredential(secret) }
  }
  if (!variables.isSet('M2M_CLIENT_AUTHENTICATION')) return { clientSecret: secret }
  return { clientAuthentication: byMethod(variables, secret, provider) }
}

const secretVariables = ['M2M_CLIENT_SECRET', 'M2M_CLIENT_SECRET_FILE'] as const

/** A variable that says more of another one is of no use without it. */
function checkBelongs(
  variables: VariableReader,
  name: EnvironmentVariableName,
  to: readonly EnvironmentVariableName[],
): void {
  if (!variables.isSet(name) || to.some((one) => variables.isSet(one))) return
  const verb = to.length > 1 ? 'neither is set' : 'it is not set'
  throw refusal(name, `is for ${to.join(' and ')}, and ${verb}; unset ${name}`)
}

/** The preset of a server that takes a long-lived bearer credential in the place of a secret. */
function takesBearer(provider: Provider | undefined): provider is Provider {
  return provider?.methods?.includes('bearer_credential') === true
}

function checkShown(name: EnvironmentVariableName, provider: Provider | undefined): void {
  if (!takesBearer(provider)) return
  throw refusal(
    name,
    `is of no use at ${provider.name}, which takes a bearer credential alone; unset it, and put ` +
      'the credential into M2M_CLIENT_SECRET or M2M_CLIENT_SECRET_FILE',
  )
}

function byKey(variables: VariableReader, key: { readonly file: string }): ClientAuthentication {
  const name = variables.value('M2M_PRIVATE_KEY_ALGORITHM')
  const algorithm = signingAlgorithms.find((known) => known === name)
  if (name !== undefined && algorithm === undefined) {
    throw refusal('M2M_PRIVATE_KEY_ALGORITHM', `must be one of ${signingAlgorithms.join(', ')}`)
  }
  return privateKeyJwt({ key, algorithm, keyId: variables.text('M2M_PRIVATE_KEY_ID') })
}

function byMethod(
  variables: VariableReader,
  secret: ClientSecret,
  provider: Provider | undefined,
): ClientAuthentication {
  const method = variables.value('M2M_CLIENT_AUTHENTICATION')
  if (method === 'client_secret_post') return clientSecretPost(secret)
  if (method === 'client_secret_basic') {
    // A server that never decodes does so whoever chose the method.
    const raw = provider?.secretMethod === 'client_secret_basic_raw'
    return clientSecretBasic(secret, { encoding: raw ? 'raw' : 'form' })
  }
  if (method === 'client_secret_jwt') return signed(secret)
  throw refusal(
    'M2M_CLIENT_AUTHENTICATION',
    'must be client_secret_basic, client_secret_post or client_secret_jwt',
  )
}

function signed(secret: ClientSecret): ClientAuthentication {
  try {
    return clientSecretJwt(secret)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw refusal(
      'M2M_CLIENT_SECRET',
      'has less than the 32 bytes that client_secret_jwt needs (RFC 7518 section 3.2); register a ' +
        'longer one, or set M2M_CLIENT_AUTHENTICATION to client_secret_basic',
    )
  }
}

function fileIn(variables: VariableReader, name: (typeof credentialVariables)[number]): string {
  const path = variables.value(name) ?? ''
  try {
    fileOf({ file: path }, clientSecretKind)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw refusal(name, 'must be the path of a file, and holds what belongs into that file')
  }
  return path
}
