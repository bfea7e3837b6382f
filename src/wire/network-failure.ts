/** A request that got no answer, a file that could not be read: what to say and look at. Pure. */
import { forAudience, TokenUnavailableError } from '../errors.ts'
import { safeCause } from './quoted-text.ts'

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the server running, and is the port right?',
  ENOTFOUND: 'the host name is not known; check its spelling and the DNS',
  EAI_AGAIN: 'the DNS did not answer; look at the network',
  ECONNRESET: 'the connection was dropped; look at the server and what stands before it',
  UND_ERR_SOCKET: 'the connection was dropped; look at the server and what stands before it',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time; look at the network and the firewall',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; see NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate authority is not known; see NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate authority is not known; see NODE_EXTRA_CA_CERTS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'that port speaks http, not https',
  ENOENT: 'there is no such file; check the path',
  EACCES: 'this process may not read it; check the file’s owner and mode',
  EISDIR: 'that is a folder; name the file in it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
}

/** Why a request, a file or a name could not be had: in words, and as a cause without secrets. */
export interface Problem {
  /** ` (CODE); what it usually means`. */
  readonly words: string
  readonly cause: Error
}

/** @param standard What to say where the system's code is unknown. */
export function problemOf(error: unknown, secrets: readonly string[], standard: string): Problem {
  const cause = safeCause(error, secrets)
  const code = codeIn(cause)
  const hint = code !== undefined && Object.hasOwn(hints, code) ? hints[code] : undefined
  return { words: `${code === undefined ? '' : ` (${code})`}; ${hint ?? standard}`, cause }
}

export function networkFailure(
  error: unknown,
  at: {
    readonly endpoint: string
    readonly audience: string | undefined
    readonly secrets: readonly string[]
  },
): TokenUnavailableError {
  const { words, cause } = problemOf(error, at.secrets, 'look at cause and at the network')
  return new TokenUnavailableError(
    'token_endpoint_unreachable',
    `${at.endpoint} could not be reached${forAudience(at.audience)}${words}`,
    { audience: at.audience, cause },
  )
}

/** Node's fetch wraps the system's error; a dual-stack failure wraps one more. */
function codeIn(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code
    at = at.cause
  }
  return undefined
}
