/**
 * What we repeat of what others said. Control characters go first, then everything that we sent
 * as a secret, then whatever looks like a token; only then is it cut, so that no part of a secret
 * survives at the edge. Pure.
 */

const longest = 200
const longestRead = 10_000
const hidden = '[hidden]'

/** `text` as one short, harmless line; undefined if nothing is left. */
export function quote(text: unknown, secrets: readonly string[]): string | undefined {
  if (typeof text !== 'string') return undefined
  // Enough for any message, and a bound on the work that a megabyte of text can cause.
  const line = withoutControls(text.slice(0, longestRead))
  const whole = text.length <= longestRead ? line : withoutEdge(line, secrets)
  const clean = withoutTokens(withoutSecrets(whole, secrets))
  return clean === '' ? undefined : cut(clean)
}

/** A name from outside as one short line; for what is public, such as an issuer. */
export function oneLine(text: string): string {
  return cut(withoutControls(text.slice(0, longestRead)))
}

function withoutControls(text: string): string {
  return text
    .replace(/\p{C}/gu, (char) => (/\s/.test(char) ? ' ' : ''))
    .replace(/\s+/g, ' ')
    .trim()
}

function cut(text: string): string {
  if (text.length <= longest) return text
  // Not through the middle of a character.
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Longest first: a secret may hold another one. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...new Set(secrets.flatMap(spellings))]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, hidden), text)
}

/** A secret may be cut in two where reading stopped: what could be the beginning of one goes. */
function withoutEdge(line: string, secrets: readonly string[]): string {
  const edge = Math.max(0, ...secrets.flatMap(spellings).map(({ length }) => length))
  return line.slice(0, Math.max(0, line.length - edge))
}

/** How a server may echo a secret: as it is, or as some format on its way has spelled it. */
function spellings(secret: string): readonly string[] {
  return [...spelled(secret), ...spelled(withoutControls(secret))]
}

function spelled(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const base64 = Buffer.from(secret, 'utf8').toString('base64')
  const inJson = JSON.stringify(secret).slice(1, -1)
  const inHtml = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return [
    secret,
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    encoded.replaceAll('%20', '+'),
    encodeURIComponent(encoded),
    inJson,
    inJson.replaceAll('/', '\\/'),
    inHtml,
    inHtml.replaceAll("'", '&#39;'),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret, 'utf8').toString('base64url'),
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...escapedJson(inJson),
  ]
}

/** JSON of writers that escape what is not ASCII, or what HTML would read; in either case of hex. */
function escapedJson(inJson: string): readonly string[] {
  const escape = (pattern: RegExp, upper: boolean) =>
    inJson.replace(pattern, (char) => {
      const hex = char.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${upper ? hex.toUpperCase() : hex}`
    })
  const ascii = /[\u0080-\uffff]/g
  const html = /[\u0080-\uffff<>&'+`]/g
  const quotes = (text: string) => [text, text.replaceAll('\\"', '\\u0022')]
  return [true, false].flatMap((upper) => [escape(ascii, upper), ...quotes(escape(html, upper))])
}

/** Servers echo requests and answers: JWTs, and long runs of token characters, are not prose. */
export function withoutTokens(text: string): string {
  return text.replace(/[\w\-.~+/=]{40,}/g, hidden).replace(/eyJ[\w\-.]{6,}/g, hidden)
}

/**
 * An error from outside, reduced to name, code and message, with the same for its cause. What else
 * hangs on it (a request with its headers, a body) is left behind.
 */
export function safeCause(error: unknown, secrets: readonly string[], depth = 0): Error {
  const given = readSafely(error)
  const safe = new Error(quote(given.message, secrets) ?? 'no message')
  safe.name = quote(given.name, secrets) ?? 'Error'
  delete safe.stack
  if (typeof given.code === 'string') {
    Object.defineProperty(safe, 'code', { value: quote(given.code, secrets), enumerable: true })
  }
  if (given.cause !== undefined && depth < 3) {
    safe.cause = safeCause(given.cause, secrets, depth + 1)
  }
  return safe
}

interface ErrorText {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly cause?: unknown
}

/** What is thrown may be anything, and its getters may throw in their turn. */
function readSafely(error: unknown): ErrorText {
  try {
    if (typeof error !== 'object' || error === null) return { message: String(error) }
    const { name, message, code, cause } = error as ErrorText
    return { name, message, code, cause }
  } catch {
    return { message: 'an error that cannot be read' }
  }
}
