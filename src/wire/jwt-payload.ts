/**
 * The claims of a token that happens to be a JWT, unverified: only for the lifetime that a server
 * did not state. Never trusted for anything else, and an opaque token is no error. Pure.
 */

const longestTokenChars = 100_000

export function jwtPayload(token: string): Readonly<Record<string, unknown>> | undefined {
  if (token.length > longestTokenChars) return undefined
  const parts = token.split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined || !/^[\w-]+$/.test(payload)) return undefined
  try {
    return jsonObject(Buffer.from(payload, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** A JSON object's own members, on no prototype: `__proto__` is a name like any other. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = Object.create(null) as Record<string, unknown>
  for (const [name, member] of Object.entries(value)) members[name] = member
  return members
}
