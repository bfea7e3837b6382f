/**
 * application/x-www-form-urlencoded, as RFC 6749 Appendix B wants it. Spaces become %20, which
 * both form decoders and plain URI decoders read as a space; `+` only the former do. Pure.
 */

/** Everything but the unreserved `A-Z a-z 0-9 - . _ ~` (RFC 3986 section 2.3) as UTF-8 escapes. */
export function formEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

export function encodeForm(parameters: readonly (readonly [string, string])[]): string {
  return parameters.map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`).join('&')
}
