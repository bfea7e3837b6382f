/**
 * The claims of a token that happens to be a JWT, unverified: only for the lifetime that a server
 * did not state. Never trusted for anything else, and an opaque token is no error. Pure.
 */
import { jsonObject } from '../json-object.ts'

const longestTokenChars = 100_000

type Members = Readonly<Record<string, unknown>>

export function jwtPayload(token: string): Members | undefined {
  return partOf(token, 1)
}

/** The header, as unverified as the claims. */
export function jwtHeader(token: string): Members | undefined {
  return partOf(token, 0)
}

function partOf(token: string, index: 0 | 1): Members | undefined {
  if (token.length > longestTokenChars) return undefined
  const parts = token.split('.')
  const part = parts[index]
  if (parts.length !== 3 || part === undefined || !/^[\w-]+$/.test(part)) return undefined
  return jsonObject(Buffer.from(part, 'base64url').toString('utf8'))
}
