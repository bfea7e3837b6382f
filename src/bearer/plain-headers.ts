/** Headers that ours can be written beside, without reading theirs: an object of names and values. Pure. */

/** None of them an `Authorization`, in whatever case. */
export function isPlainHeaders(headers: unknown): boolean {
  if (headers === undefined) return true
  if (headers === null || Object.getPrototypeOf(headers) !== Object.prototype) return false
  if (Symbol.iterator in (headers as object)) return false
  for (const name in headers as object) {
    if (name.length === 13 && name.toLowerCase() === 'authorization') return false
  }
  return true
}
