/**
 * Which URLs a secret or a token may be sent to: absolute, https (or loopback), no credentials.
 * Pure; it answers with a problem in words, and its callers name the field.
 */

/** A URL that passed, or what is wrong with it and how to mend it. */
export type SecureUrl =
  | { readonly url: URL; readonly problem?: undefined }
  | { readonly url?: undefined; readonly problem: string }

export interface UrlRules {
  readonly allowInsecureHttp: boolean
  readonly allowQuery?: boolean
}

/** Reads `text` strictly: RFC 6749 section 3.2 (no fragment, TLS), RFC 8414 section 2 (no query). */
export function parseSecureUrl(text: string, rules: UrlRules): SecureUrl {
  const url = URL.parse(text)
  if (url === null || text !== text.trim()) {
    return { problem: 'is not an absolute URL such as https://auth.example.com' }
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'holds credentials; take user and password out of the URL' }
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `has the scheme ${url.protocol.slice(0, 20)} and must be https` }
  }
  if (text.includes('#')) return { problem: 'has a fragment; remove the # and what follows' }
  if (rules.allowQuery !== true && text.includes('?')) {
    return { problem: 'has a query; remove the ? and what follows' }
  }
  if (url.protocol === 'http:' && !rules.allowInsecureHttp && !isLoopback(url)) {
    return { problem: 'is http; use https, or set allowInsecureHttp where you accept the risk' }
  }
  return { url }
}

/** Loopback, and the other names by which a machine calls itself: for what strangers point to. */
export function isOwnMachine(url: URL): boolean {
  const host = url.hostname.replace(/\.$/, '')
  if (isLoopback(url) || host === 'localhost' || host.endsWith('.localhost')) return true
  return host.startsWith('0.') || host === '[::]' || host.startsWith('[::ffff:7f')
}

/** Loopback by name or address: traffic that does not leave the machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname
  if (host === 'localhost' || host === '[::1]') return true
  // The URL parser has already turned 0x7f.1, 127.1 and their kind into four decimal numbers.
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
