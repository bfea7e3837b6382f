/**
 * What a token is called in the store: a hash of everything that changes it, so that no audience,
 * scope or client can be read there, and no two different tokens share a name. Pure.
 */
import { nodeCrypto } from '../late-builtins.ts'

/** What changes a token beside the request and the client. */
export interface NamedToken {
  /** The name within one manager: server, client, method and request. */
  readonly key: string
  readonly tokenEndpoint: string | undefined
  readonly provider: string
  /** The request as it is sent: what a preset adds changes the token too. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Thumbprints of the keys and certificates that tokens are bound to. */
  readonly boundTo: readonly string[]
  /** What is believed of an answer: whoever believes less does not take it from who believes more. */
  readonly terms: readonly (string | number | boolean)[]
}

/** 43 characters of base64url. */
export function storeName(token: NamedToken): string {
  const { key, tokenEndpoint = null, provider, parameters, boundTo, terms } = token
  const asked = [key, tokenEndpoint, provider, parameters, boundTo]
  const text = JSON.stringify(['m2m-tokens', ...asked, ...terms])
  return nodeCrypto().createHash('sha256').update(text).digest('base64url')
}
