/** A request that got no answer: what to say, and what to look at. Pure. */
import { TokenUnavailableError } from '../errors.ts'
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
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
}

export function networkFailure(
  error: unknown,
  at: {
    readonly endpoint: string
    readonly audience: string | undefined
    readonly secrets: readonly string[]
  },
): TokenUnavailableError {
  const cause = safeCause(error, at.secrets)
  const code = codeIn(cause)
  const hint = code !== undefined && Object.hasOwn(hints, code) ? hints[code] : undefined
  const forAudience = at.audience === undefined ? '' : ` for '${at.audience}'`
  return new TokenUnavailableError(
    'token_endpoint_unreachable',
    `${at.endpoint} could not be reached${forAudience}` +
      `${code === undefined ? '' : ` (${code})`}; ${hint ?? 'look at cause and at the network'}`,
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
