/**
 * Reads `WWW-Authenticate` (RFC 9110 section 11.6.1, RFC 6750 section 3): a list of challenges whose
 * own parameters are lists too, so that a split on commas cannot read it. Tolerant: what is
 * malformed is passed over. Work grows linearly with the header. Pure.
 */

/** One challenge of a resource server. */
export interface Challenge {
  /** In lower case: `bearer`, `dpop`. */
  readonly scheme: string
  /** Names in lower case; of a repeated one the first counts. */
  readonly parameters: ReadonlyMap<string, string>
}

const longestHeaderChars = 8_192
// RFC 9110 section 5.6.2 (token), section 5.6.4 (quoted-string), section 11.2 (token68).
const parameter =
  /([\w!#$%&'*+\-.^`|~]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+\-.^`|~]+))[ \t]*(?=,|$)/y
const scheme = /([\w!#$%&'*+\-.^`|~]+)(?=[ \t,]|$)/y
const token68 = /[ \t]+[\w\-.~+/]+=*[ \t]*(?=,|$)/y
const blank = /[ \t,]+/y
const other = /[^ \t,]+/y

/**
 * The challenges in a `WWW-Authenticate` header, in order; none for null.
 *
 * @param header The header's value; several fields joined by commas, as `fetch` joins them.
 * @example
 * ```ts
 * import { parseChallenges } from 'm2m-tokens'
 *
 * export function missingScope(response: Response): string | undefined {
 *   const challenges = parseChallenges(response.headers.get('www-authenticate'))
 *   return challenges.find(({ scheme }) => scheme === 'bearer')?.parameters.get('scope')
 * }
 * ```
 */
export function parseChallenges(header: string | null | undefined): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const text = (header ?? '').slice(0, longestHeaderChars)
  let at = 0
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    if (next(blank) !== null) continue
    const current = challenges.at(-1)
    const pair = next(parameter)
    if (pair !== null) {
      const [, name = '', quoted, plain = ''] = pair
      const key = name.toLowerCase()
      const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
      if (current?.parameters.has(key) === false) current.parameters.set(key, value)
      continue
    }
    const name = next(scheme)
    if (name === null) {
      next(other)
      continue
    }
    challenges.push({ scheme: (name[1] ?? '').toLowerCase(), parameters: new Map() })
    // A scheme may carry one blob instead of parameters: NTLM, Negotiate.
    next(token68)
  }
  return challenges
}
