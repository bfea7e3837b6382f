/**
 * Which ways of proving who we are a diagnosis tries with one secret: first what the configuration
 * would do, then what the server may take as well. Each once. Pure.
 */
import { clientSecretBasic, clientSecretPost } from '../../client-auth/client-secret.ts'
import { clientSecretJwt } from '../../client-auth/client-secret-jwt.ts'
import type { ClientAuthentication } from '../../client-auth/client-authentication.ts'
import { formEncode } from '../../wire/form-encoding.ts'
import type { Provider } from '../../wire/provider.ts'

export type SecretWay =
  'client_secret_basic' | 'client_secret_basic_raw' | 'client_secret_post' | 'client_secret_jwt'

export interface WayWish {
  /** `M2M_CLIENT_AUTHENTICATION`. */
  readonly wanted: string | undefined
  readonly provider: Pick<Provider, 'secretMethod' | 'methods'> | undefined
  /** What the metadata list. */
  readonly listed: readonly string[] | undefined
}

export interface Ways {
  /** What the library would do; undefined where the server lists nothing that takes a secret. */
  readonly configured: SecretWay | undefined
  /** What else the server takes, or may take where it does not say. */
  readonly others: readonly SecretWay[]
}

export function waysOf(wish: WayWish): Ways {
  const { provider, listed } = wish
  const configured = configuredWay(wish)
  const allowed = provider?.methods ?? listed ?? ['client_secret_basic', 'client_secret_post']
  const known = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'] as const
  const raw = provider?.secretMethod === 'client_secret_basic_raw'
  const others = known
    .filter((way) => allowed.includes(way) && way !== registeredName(configured))
    .map((way) => (raw && way === 'client_secret_basic' ? 'client_secret_basic_raw' : way))
  return { configured, others }
}

function configuredWay({ wanted, provider, listed }: WayWish): SecretWay | undefined {
  const basic =
    provider?.secretMethod === 'client_secret_basic_raw'
      ? 'client_secret_basic_raw'
      : 'client_secret_basic'
  if (wanted === 'client_secret_post' || wanted === 'client_secret_jwt') return wanted
  if (wanted !== undefined) return basic
  if (provider?.secretMethod !== undefined) return provider.secretMethod
  if (listed === undefined || listed.includes('client_secret_basic')) return basic
  return listed.includes('client_secret_post') ? 'client_secret_post' : undefined
}

/** By its registered name: how Basic is encoded is no method of its own. */
export function registeredName(way: string | undefined): string | undefined {
  return way === 'client_secret_basic_raw' ? 'client_secret_basic' : way
}

/** For a person. How Basic is encoded has no registered name, and matters where both were tried. */
export function wayText(way: string, tried: readonly string[] = []): string {
  const both = tried.includes('client_secret_basic') && tried.includes('client_secret_basic_raw')
  const encoding = both ? ' (not form-encoded)' : ''
  return way.replace('client_secret_basic_raw', `client_secret_basic${encoding}`)
}

/** The other encoding of Basic, where it makes a difference for these credentials. */
export function otherEncoding(
  configured: SecretWay,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
): SecretWay | undefined {
  const plain = formEncode(clientId) === clientId && formEncode(secret) === secret
  if (plain || clientId.includes(':')) return undefined
  if (configured === 'client_secret_basic') return 'client_secret_basic_raw'
  return configured === 'client_secret_basic_raw' ? 'client_secret_basic' : undefined
}

/** @throws {ConfigurationError} the secret is too short to sign with. */
export function authenticationBy(way: SecretWay, secret: string): ClientAuthentication {
  if (way === 'client_secret_post') return clientSecretPost(secret)
  if (way === 'client_secret_jwt') return clientSecretJwt(secret)
  return clientSecretBasic(secret, { encoding: way === 'client_secret_basic_raw' ? 'raw' : 'form' })
}

/** What is odd about a secret, without telling it: what happens to secrets on their way into a variable. */
export function oddities(secret: string): readonly string[] {
  const odd: string[] = []
  if (/^(["'`]).*\1$/s.test(secret)) odd.push('begins and ends with quotation marks')
  if (secret !== secret.trim()) odd.push('begins or ends with a blank or a line break')
  if (/[\r\n]/.test(secret.trim())) odd.push('holds a line break')
  if (/%[0-9a-f]{2}/i.test(secret)) odd.push('holds a % escape, as if it were URL-encoded')
  if (/^\$\{?\w+\}?$|^<.*>$|^changeme$/i.test(secret)) odd.push('looks like a placeholder')
  return odd
}
