/**
 * What we repeat of what others said. Control characters go first, then everything that we sent
 * as a secret, then whatever looks like a token; only then is it cut, so that no part of a secret
 * survives at the edge. Pure.
 */

const longest = 200
const hidden = '[hidden]'

/** `text` as one short, harmless line; undefined if nothing is left. */
export function quote(text: unknown, secrets: readonly string[]): string | undefined {
  if (typeof text !== 'string') return undefined
  const clean = withoutTokens(withoutSecrets(withoutControls(text), secrets))
  return clean === '' ? undefined : cut(clean)
}

/** A name from outside as one short line; for what is public, such as an issuer. */
export function oneLine(text: string): string {
  return cut(withoutControls(text))
}

function withoutControls(text: string): string {
  return (
    text
      // Enough for any message, and a bound on the work that a megabyte of text can cause.
      .slice(0, 10_000)
      .replace(/\p{C}/gu, (char) => (/\s/.test(char) ? ' ' : ''))
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

/** Longest first: a secret may hold another one. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, hidden), text)
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
  const given: { name?: unknown; message?: unknown; code?: unknown; cause?: unknown } =
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  const safe = new Error(quote(given.message, secrets) ?? 'no message')
  safe.name = quote(given.name, secrets) ?? 'Error'
  delete safe.stack
  if (typeof given.code === 'string') {
    Object.defineProperty(safe, 'code', { value: quote(given.code, secrets), enumerable: true })
  }
  if (given.cause !== undefined && depth < 3)
    safe.cause = safeCause(given.cause, secrets, depth + 1)
  return safe
}
