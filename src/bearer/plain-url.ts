/**
 * Whether the rest of a URL reads the same to everybody, without parsing it: no escapes, no dots that
 * a parser would resolve, nothing that it would change. What is not plain is parsed. Pure.
 */

/** @param from Where the part begins that is to be looked at: after a slash of the path. */
export function isPlainFrom(href: string, from: number): boolean {
  let before = slash
  for (let at = from; at < href.length; at += 1) {
    const code = href.charCodeAt(at)
    if (code === dot && before === slash) return false
    if (!isPlainCode(code)) return false
    before = code
  }
  return true
}

const [slash, dot] = [0x2f, 0x2e]

/** RFC 3986 section 2.3 (unreserved), and the few reserved ones that paths and queries often have. */
function isPlainCode(code: number): boolean {
  if (code >= 0x61 && code <= 0x7a) return true
  // - . / and the digits; : ; = ? @ and the capitals.
  if (code >= 0x2d && code <= 0x3b) return true
  if (code === 0x3d || (code >= 0x3f && code <= 0x5a)) return true
  // & + , _ ~
  return code === 0x26 || code === 0x2b || code === 0x2c || code === 0x5f || code === 0x7e
}
