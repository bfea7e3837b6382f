/**
 * What an issuer publishes of itself (RFC 8414): where that is found, and which URLs it may name. For
 * those who ask for tokens and for those who check them. Pure; it answers with a problem in words.
 */
import { isOwnMachine, parseSecureUrl } from './secure-url.ts'
import type { SecureUrl } from './secure-url.ts'

/** The two places where metadata is published: RFC 8414 section 3.1, OpenID Discovery section 4. */
export function metadataUrls(issuer: URL): readonly [rfc8414: URL, openid: URL] {
  const path = issuer.pathname.replace(/\/$/, '')
  // By `pathname`: as a relative reference, a path that begins with `//` would name another host.
  const at = (pathname: string) => Object.assign(new URL(issuer), { pathname })
  return [
    at(`/.well-known/oauth-authorization-server${path}`),
    at(`${path}/.well-known/openid-configuration`),
  ]
}

export interface NamedUrl {
  /** The member that names it, for messages. */
  readonly name: string
  readonly text: string
  /** Where the metadata was found. */
  readonly from: URL
  readonly allowInsecureHttp: boolean
}

/** A URL that the metadata at `from` may name, or what is wrong with it: `names …`. */
export function readNamedUrl({ name, text, from, allowInsecureHttp }: NamedUrl): SecureUrl {
  const read = parseSecureUrl(text, { allowInsecureHttp, allowQuery: true })
  if (read.url === undefined) return { problem: `names a ${name} that ${read.problem}` }
  const { url } = read
  const downgraded = from.protocol === 'https:' && url.protocol !== 'https:' && !allowInsecureHttp
  // Loopback is no excuse here: a public issuer has no business on our own machine.
  const foreign = isOwnMachine(url) && !isOwnMachine(from)
  if (!downgraded && !foreign) return read
  return { problem: `names the ${name} ${url.origin}, which cannot be its own` }
}
