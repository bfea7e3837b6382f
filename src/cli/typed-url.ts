/**
 * A URL that a person typed for a token to be sent to, held to the rules of the library before
 * anything else happens: absolute, https or this machine, nobody's password in it. Pure.
 */
import { parseSecureUrl } from '../secure-url.ts'
import { UsageError } from './failure.ts'
import type { Variables } from './io.ts'
import type { SettingWords } from './settings.ts'

/** @throws {UsageError} it may not be sent to; `name` says what was typed, e.g. `--url`. */
export function typedUrl(
  text: string,
  name: string,
  rules: { readonly allowInsecureHttp: boolean },
): URL {
  // A fragment is never sent, so one does no harm.
  const { url, problem } = parseSecureUrl(text.replace(/#.*$/s, ''), { ...rules, allowQuery: true })
  if (url !== undefined) return url
  throw new UsageError(`${name} ${problem}`)
}

/** Whether plain http may leave this machine, as the manager will read it. */
export function allowsInsecureHttp(words: SettingWords, env: Variables): boolean {
  if (words.allowInsecureHttp === true) return true
  return env['M2M_ALLOW_INSECURE_HTTP']?.trim().toLowerCase() === 'true'
}
