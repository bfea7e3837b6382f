/** The options that say where tokens come from, and who asks for them. Nothing is sent. */
import type { ClientAuthentication } from './client-auth/client-authentication.ts'
import {
  clientSecretAsListed,
  clientSecretBasic,
  clientSecretPost,
} from './client-auth/client-secret.ts'
import type { ClientSecret } from './client-auth/client-secret.ts'
import { DpopProver } from './client-auth/dpop.ts'
import type { DpopOptions } from './client-auth/dpop.ts'
import { readAlgorithm } from './client-auth/signing-algorithm.ts'
import type { Clock } from './clock.ts'
import { FieldReader, kind } from './field-reader.ts'
import { parseSecureUrl } from './secure-url.ts'
import { guardedProvider, providerProblem } from './wire/guarded-provider.ts'
import { standardProvider } from './wire/provider.ts'
import type { Provider } from './wire/provider.ts'

export interface ResolvedServer {
  readonly provider: Provider
  readonly issuer: string | undefined
  readonly tokenEndpoint: URL | undefined
}

export interface ResolvedClient {
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
}

/** One of `issuer` and `tokenEndpoint`, or both; or what the provider's preset knows of them. */
export function readServer(fields: FieldReader, allowInsecureHttp: boolean): ResolvedServer {
  const provider = readProvider(fields)
  const issuer = oneOf(fields, provider, 'issuer')
  const endpoint = oneOf(fields, provider, 'tokenEndpoint')
  if (issuer === undefined && endpoint === undefined) {
    throw fields.refusal(
      'issuer',
      'is missing (is its environment variable set?), and so is tokenEndpoint; set one of them',
    )
  }
  if (issuer !== undefined) {
    const { problem } = parseSecureUrl(issuer, { allowInsecureHttp })
    if (problem !== undefined) throw fields.refusal('issuer', problem)
  }
  if (endpoint === undefined) return { provider, issuer, tokenEndpoint: undefined }
  const { url, problem } = parseSecureUrl(endpoint, { allowInsecureHttp, allowQuery: true })
  if (url === undefined) throw fields.refusal('tokenEndpoint', problem)
  return { provider, issuer, tokenEndpoint: url }
}

function readProvider(fields: FieldReader): Provider {
  const provider = fields.unknown('provider')
  if (provider === undefined || provider === standardProvider) return standardProvider
  const problem =
    typeof provider === 'object' && provider !== null
      ? providerProblem(provider)
      : `is ${kind(provider)}`
  if (problem === undefined) return guardedProvider(provider as Provider)
  throw fields.refusal(
    'provider',
    `${problem}; it must be what a preset of 'm2m-tokens/providers' returns, e.g. okta({ issuer })`,
  )
}

/** Two places for one fact would have to agree. */
function oneOf(
  fields: FieldReader,
  provider: Provider,
  name: 'issuer' | 'tokenEndpoint',
): string | undefined {
  const own = fields.text(name)
  if (own === undefined) return provider[name]
  if (provider[name] === undefined) return own
  throw fields.refusal(name, `and provider both say where ${provider.name} is; leave ${name} out`)
}

/** `clientId`, and one of `clientSecret` and `clientAuthentication`. */
export function readClient(fields: FieldReader, provider: Provider): ResolvedClient {
  const clientId = fields.text('clientId')
  if (clientId !== undefined) {
    const clientAuthentication = readAuthentication(fields, provider)
    checkMethod(fields, provider, clientAuthentication)
    return { clientId, clientAuthentication }
  }
  throw fields.refusal('clientId', 'is missing; is its environment variable set?')
}

function readAuthentication(fields: FieldReader, provider: Provider): ClientAuthentication {
  const secret = fields.unknown('clientSecret')
  const method = fields.unknown('clientAuthentication')
  if (secret !== undefined && method !== undefined) {
    throw fields.refusal('clientSecret', 'and clientAuthentication are both set; keep one')
  }
  if (method === undefined) {
    if (secret === undefined) {
      throw fields.refusal(
        'clientSecret',
        'is missing (is its environment variable set?), and so is clientAuthentication; set one',
      )
    }
    return secretBy(provider, secret as ClientSecret)
  }
  const { method: name, prove } = Object(method) as { method?: unknown; prove?: unknown }
  if (typeof name === 'string' && typeof prove === 'function') {
    const known = method as ClientAuthentication
    checkConnection(fields, known)
    return known
  }
  throw fields.refusal(
    'clientAuthentication',
    'must be what clientSecretBasic, clientSecretPost or their like return',
  )
}

/** A server that knows one way would be shown a credential that it cannot read. */
function checkMethod(
  fields: FieldReader,
  { name, methods }: Provider,
  { method }: ClientAuthentication,
): void {
  if (methods?.includes(method) !== false) return
  throw fields.refusal(
    'clientAuthentication',
    `is ${method}, and ${name} takes ${methods.join(', ')} alone`,
  )
}

/** A client certificate is in the connection, so one of the two has to bring it. */
function checkConnection(
  fields: FieldReader,
  { mutualTls, transport }: ClientAuthentication,
): void {
  const own = fields.unknown('fetch')
  if (transport !== undefined && own !== undefined) {
    throw fields.refusal(
      'fetch',
      'cannot show the certificate of clientAuthentication; leave fetch out, or leave the certificate out and let fetch show it',
    )
  }
  if (mutualTls === true && transport === undefined && own === undefined) {
    throw fields.refusal(
      'clientAuthentication',
      'has no certificate (is its variable set?), and there is no fetch that could show one; pass one of the two',
    )
  }
}

function secretBy({ secretMethod }: Provider, secret: ClientSecret): ClientAuthentication {
  if (secretMethod === 'client_secret_post') return clientSecretPost(secret)
  if (secretMethod === 'client_secret_basic') return clientSecretBasic(secret)
  if (secretMethod === 'client_secret_basic_raw')
    return clientSecretBasic(secret, { encoding: 'raw' })
  return clientSecretAsListed(secret)
}

/** `true`, or `{ key, algorithm, allowBearer }`. */
export function readDpop(fields: FieldReader, clock: Clock): DpopProver | undefined {
  const dpop = fields.unknown('dpop')
  if (dpop === undefined || dpop === false) return undefined
  if (dpop === true) return new DpopProver({}, clock)
  const own = new FieldReader(dpop, ['key', 'algorithm', 'allowBearer'], {
    what: 'dpop: field',
    code: 'configuration_invalid',
    path: 'dpop.',
  })
  const key = own.unknown('key') as DpopOptions['key']
  const allowBearer = own.boolean('allowBearer', false)
  return new DpopProver({ key, algorithm: readAlgorithm(own), allowBearer }, clock)
}
