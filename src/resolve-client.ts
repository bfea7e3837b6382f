/** The options that say where tokens come from, and who asks for them. Nothing is sent. */
import type { ClientAuthentication } from './client-auth/client-authentication.ts'
import { clientSecretAsListed } from './client-auth/client-secret.ts'
import type { ClientSecret } from './client-auth/client-secret.ts'
import type { FieldReader } from './field-reader.ts'
import { parseSecureUrl } from './secure-url.ts'

export interface ResolvedServer {
  readonly issuer: string | undefined
  readonly tokenEndpoint: URL | undefined
}

export interface ResolvedClient {
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
}

/** One of `issuer` and `tokenEndpoint`, or both. */
export function readServer(fields: FieldReader, allowInsecureHttp: boolean): ResolvedServer {
  const issuer = fields.text('issuer')
  const endpoint = fields.text('tokenEndpoint')
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
  if (endpoint === undefined) return { issuer, tokenEndpoint: undefined }
  const { url, problem } = parseSecureUrl(endpoint, { allowInsecureHttp, allowQuery: true })
  if (url === undefined) throw fields.refusal('tokenEndpoint', problem)
  return { issuer, tokenEndpoint: url }
}

/** `clientId`, and one of `clientSecret` and `clientAuthentication`. */
export function readClient(fields: FieldReader): ResolvedClient {
  const clientId = fields.text('clientId')
  if (clientId !== undefined) return { clientId, clientAuthentication: readAuthentication(fields) }
  throw fields.refusal('clientId', 'is missing; is its environment variable set?')
}

function readAuthentication(fields: FieldReader): ClientAuthentication {
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
    return clientSecretAsListed(secret as ClientSecret)
  }
  const { method: name, prove } = Object(method) as { method?: unknown; prove?: unknown }
  if (typeof name === 'string' && typeof prove === 'function') return method as ClientAuthentication
  throw fields.refusal(
    'clientAuthentication',
    'must be what clientSecretBasic, clientSecretPost or their like return',
  )
}
