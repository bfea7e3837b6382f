/**
 * From a URL to the entry of `resources` that covers it, or none. A token goes where its entry
 * says and nowhere else: origins are compared whole, paths by whole segments, and a path that two
 * readers could read differently is covered by nothing. Pure.
 */
import { ConfigurationError } from '../errors.ts'
import { parseSecureUrl } from '../secure-url.ts'
import { isPlainFrom } from './plain-url.ts'

interface Entry<Target> {
  readonly origin: string
  /** Ends in a slash. */
  readonly path: string
  readonly target: Target
}

export interface AudienceMap<Target> {
  /** What `url` belongs to; undefined where no entry covers it. */
  find(url: URL): Target | undefined
  /** The same for a text that need not be parsed; undefined where it has to be. */
  findPlain(href: string): Target | undefined
}

/**
 * @throws {ConfigurationError} `configuration_invalid`: a prefix that is no absolute https URL, has
 *   credentials, query or fragment, or covers what another one covers.
 */
export function createAudienceMap<Target>(
  resources: readonly (readonly [prefix: string, target: Target])[],
  { option, allowInsecureHttp }: { readonly option: string; readonly allowInsecureHttp: boolean },
): AudienceMap<Target> {
  const refusal = (prefix: string, problem: string) => refusalOf(option, prefix, problem)
  const entries: Entry<Target>[] = []
  for (const [prefix, target] of resources) {
    const { url, problem } = parseSecureUrl(prefix, { allowInsecureHttp })
    if (url === undefined) throw refusal(prefix, problem)
    if (prefix.includes('*')) {
      throw refusal(prefix, 'holds a *; name each host, and a path covers all that is below it')
    }
    const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
    if (!readsOneWay(url.pathname)) throw refusal(prefix, 'has an encoded slash or dot in its path')
    const other = entries.find((entry) => overlap(entry, { origin: url.origin, path }))
    if (other !== undefined) {
      throw refusal(
        prefix,
        `overlaps '${other.origin}${other.path}'; give each its own path or origin`,
      )
    }
    entries.push({ origin: url.origin, path, target })
  }
  // To go through more would take longer than to parse.
  const plain = entries.length > mostPlain ? [] : entries.map(plainEntry)
  const byOrigin = Map.groupBy(entries, ({ origin }) => origin)
  let before: string | undefined
  let target: Target | undefined
  return {
    find: (url) => {
      const candidates = byOrigin.get(url.origin)
      if (candidates === undefined || url.username !== '' || url.password !== '') return undefined
      const path = `${url.pathname}/`
      const entry = candidates.find((candidate) => path.startsWith(candidate.path))
      if (entry === undefined || entry.path === '/') return entry?.target
      return readsOneWay(url.pathname) ? entry.target : undefined
    },
    findPlain: (href) => {
      // Most services call few places: to see that it is the one before is a tenth of the look.
      if (href === before) return target
      const found = plain.find(({ prefix }) => href.startsWith(prefix))
      if (found === undefined || !isPlainFrom(href, found.prefix.length)) return undefined
      before = href
      target = found.target
      return target
    },
  }
}

const mostPlain = 8

function plainEntry<Target>({ origin, path, target }: Entry<Target>) {
  return { prefix: `${origin}${path}`, target }
}

function overlap<T>(a: Entry<T>, b: { origin: string; path: string }): boolean {
  return a.origin === b.origin && (a.path.startsWith(b.path) || b.path.startsWith(a.path))
}

/**
 * Whether every server reads this path as we do. `/api/..%2fadmin` is below `/api` for us and is
 * `/admin` for a server that decodes first; so is a doubly encoded one behind two proxies.
 */
export function readsOneWay(path: string): boolean {
  const decoded = decodeAscii(path)
  if (decoded === undefined || !isUtf8(decoded)) return false
  const slashes = (text: string) => text.split('/').length
  if (slashes(decoded) !== slashes(path) || /[\\\u0000-\u001f\u007f]|%u/i.test(decoded))
    return false
  return !decoded.split('/').some(isDotSegment)
}

/** Decodes until nothing changes; undefined if that takes more rounds than any proxy chain has. */
function decodeAscii(path: string): string | undefined {
  let decoded = path
  for (let round = 0; round < 10; round += 1) {
    const next = decoded.replace(/%([0-7][0-9a-f])/gi, (_escape, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    )
    if (next === decoded) return decoded
    decoded = next
  }
  return undefined
}

/** Overlong forms of `.` and `/` are no UTF-8, and lenient servers decode them all the same. */
function isUtf8(decoded: string): boolean {
  try {
    for (const [bytes] of decoded.matchAll(/(?:%[89a-f][0-9a-f])+/gi)) decodeURIComponent(bytes)
    return true
  } catch {
    return false
  }
}

/** `.` and `..`, also with the parameters or the space that some servers cut off first. */
function isDotSegment(segment: string): boolean {
  return /^[. ]+(;|$)/.test(segment)
}

function refusalOf(option: string, prefix: string, problem: string): ConfigurationError {
  const shown = withoutCredentials(prefix)
  return new ConfigurationError('configuration_invalid', `${option} '${shown}' ${problem}`, {
    field: `${option}.${shown}`,
  })
}

/** A password in a URL is a secret, and so may be a query: shown is what stands around them. */
export function withoutCredentials(prefix: string): string {
  const url = URL.parse(prefix)
  if (url !== null && url.origin !== 'null') {
    return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`.slice(0, 100)
  }
  // Where a password would end cannot be told, so nothing up to the last @ is shown.
  const hidden = prefix.replace(/^.*@/s, '[hidden]@')
  return (hidden.split(/[?#]/)[0] ?? '').slice(0, 100)
}
