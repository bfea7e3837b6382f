/** JSON that strangers sent, as an object or not at all. Pure. */

/**
 * A JSON object's own members, on no prototype: `__proto__` is a name like any other. Undefined for
 * what is no JSON, or no object.
 */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = Object.create(null) as Record<string, unknown>
  for (const [name, member] of Object.entries(value)) members[name] = member
  return members
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
