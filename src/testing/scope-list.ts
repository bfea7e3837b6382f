/** Scopes as callers write them: an array, or one text with spaces. Pure. */

/** Each once, in order. */
export function scopeList(scopes: string | readonly string[]): readonly string[] {
  const list = typeof scopes === 'string' ? scopes.split(' ').filter(Boolean) : scopes
  return [...new Set(list)]
}

/** The same of anything; undefined for what is no list of scopes. */
export function parseScopeList(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return scopeList(value)
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  return items.every((item) => typeof item === 'string') ? scopeList(items) : undefined
}
