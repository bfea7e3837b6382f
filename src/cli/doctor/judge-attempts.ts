/** What the token requests mean together: which way of proving who we are is taken, and which is not. Pure. */
import type { AnyTokenError } from '../../errors.ts'
import { ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { said } from './judge-refusal.ts'
import { registeredName, wayText } from './methods.ts'
import { listText } from './plain-text.ts'
import type { TokenAttempt } from './token-requests.ts'

/** The attempts of which all failed over the client itself. */
export function judgeClient(
  attempts: readonly TokenAttempt[],
  facts: { readonly clientId: string; readonly oddities: readonly string[] },
): Finding {
  const names = attempts.map(({ way }) => way)
  const tried = attempts.map(({ way, error }) => `${wayText(way, names)}: ${refusalText(error)}`)
  const all = tried.join('; ')
  const shown = credentialOf(names[0])
  if (attempts.some(({ error }) => error !== undefined && isUnknown(said(error)))) {
    return problem(
      'client_unknown',
      `The server has no client '${facts.clientId}' (${all}).`,
      'Check M2M_CLIENT_ID, and that it was registered at this very server: staging and production have clients of their own.',
    )
  }
  const odd =
    facts.oddities.length === 0 ? '' : ` The secret ${listText(facts.oddities)}: is that so?`
  return problem(
    'client_refused',
    `The server refuses the client '${facts.clientId}' (${all}). It does not say whether the id or the ${shown.name} is wrong.${odd}`,
    `Check that M2M_CLIENT_ID is registered at this very server${shown.check}`,
  )
}

/** What was shown, and what may be wrong with it. */
function credentialOf(way = ''): { readonly name: string; readonly check: string } {
  if (way.startsWith('client_secret')) {
    return {
      name: 'secret',
      check:
        ', that the secret is its newest one, and that nothing was cut off or added when it was copied. If both are right, the client may be registered for a method without a secret, such as private_key_jwt.',
    }
  }
  if (way === 'private_key_jwt') {
    return {
      name: 'key',
      check:
        ' with the public half of this key, under the same kid, and that the clock of this machine is right: assertions live for a minute. Some servers want the token endpoint, not the issuer, as the audience of the assertion.',
    }
  }
  return {
    name: 'credential',
    check:
      ', that the server trusts whoever issued the credential, and that it is whole, fresh, and meant for this server.',
  }
}

function isUnknown(words: string): boolean {
  return /unable to locate|unknown client|client (was |is )?(not found|unknown)|no such client|client does not exist/i.test(
    words,
  )
}

/** What was configured is refused, and something else is taken. */
export function judgeMismatch(configured: TokenAttempt, taken: TokenAttempt): Finding {
  const before = `${wayText(configured.way)} is refused (${refusalText(configured.error)})`
  if (registeredName(configured.way) === registeredName(taken.way)) {
    const raw = taken.way === 'client_secret_basic_raw'
    return problem(
      'basic_encoding_mismatch',
      `${before}, and the same credentials are taken when they are ${raw ? 'not ' : ''}form-encoded: this server does not do what RFC 6749 section 2.3.1 says.`,
      raw
        ? "Name the preset of the vendor in M2M_PROVIDER, use clientSecretBasic(secret, { encoding: 'raw' }), or choose a secret of letters and digits."
        : 'Use the standard encoding: leave M2M_PROVIDER out, or choose a secret of letters and digits.',
    )
  }
  return problem(
    'method_mismatch',
    `${before}, and the same secret is taken by ${wayText(taken.way)}: the client is registered for that method.`,
    `Set M2M_CLIENT_AUTHENTICATION=${registeredName(taken.way) ?? ''}, or register the client for ${registeredName(configured.way) ?? ''}.`,
  )
}

/** The configured way is taken; what the others did is worth knowing. */
export function compareWays(others: readonly TokenAttempt[]): Finding | undefined {
  if (others.length === 0) return undefined
  const taken = others.filter(({ token }) => token !== undefined).map(({ way }) => wayText(way))
  const refused = others.filter(({ token }) => token === undefined).map(({ way }) => wayText(way))
  const parts = [
    ...(taken.length === 0 ? [] : [`${listText(taken)} would be taken as well`]),
    ...(refused.length === 0 ? [] : [`${listText(refused)} would not be taken`]),
  ]
  return ok('methods_compared', `For comparison: ${parts.join(', and ')}. Nothing to change.`)
}

export function unsupported(listed: readonly string[]): Finding {
  return problem(
    'method_unsupported',
    `The server takes ${listText(listed)}, and none of them with a client secret. Nothing was sent to the token endpoint.`,
    'Give the client a key and name it with M2M_PRIVATE_KEY_FILE, or let the server take client_secret_basic.',
  )
}

function refusalText(error: AnyTokenError | undefined): string {
  return error === undefined ? 'no reason given' : said(error)
}
