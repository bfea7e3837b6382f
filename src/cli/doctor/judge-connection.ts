/** What it means that no answer came, by the system's own code. Pure. */
import type { CertificateFacts } from './peer-certificate.ts'
import { problem } from './finding.ts'
import type { Finding, FindingCode } from './finding.ts'
import { instantText } from './plain-text.ts'
import type { Exchange, Failure } from './probe.ts'

const codes: Readonly<Record<string, FindingCode>> = {
  ENOTFOUND: 'dns_failed',
  EAI_AGAIN: 'dns_failed',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_dropped',
  EPIPE: 'connection_dropped',
  UND_ERR_SOCKET: 'connection_dropped',
  ETIMEDOUT: 'connection_timeout',
  EHOSTUNREACH: 'connection_timeout',
  ENETUNREACH: 'connection_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connection_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'connection_timeout',
  TIMEOUT: 'connection_timeout',
  token_endpoint_timeout: 'connection_timeout',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_untrusted',
  CERT_UNTRUSTED: 'tls_untrusted',
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_wrong_host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls_not_spoken',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls_not_spoken',
  EPROTO: 'tls_not_spoken',
}

export interface Surroundings {
  /** What the server shows, where it speaks TLS. */
  readonly certificate: CertificateFacts | undefined
  /** Whether a proxy is configured that this Node does not use. */
  readonly unusedProxy: string | undefined
}

export function connectionCode({ code }: Failure): FindingCode {
  return code !== undefined && Object.hasOwn(codes, code)
    ? (codes[code] ?? 'unreachable')
    : 'unreachable'
}

export function judgeConnection(exchange: Exchange, around: Surroundings): Finding {
  const { url, failure = { code: undefined, message: '' } } = exchange
  const code = connectionCode(failure)
  const { code: raw } = failure
  const system = raw === undefined || /timeout$/i.test(raw) ? '' : ` (${raw})`
  const [explanation, remedy] = (sayings[code] ?? elsewhere)({ url, system, around })
  const proxy =
    around.unusedProxy === undefined || code.startsWith('tls_')
      ? ''
      : ` ${around.unusedProxy} is set, but Node uses it only with NODE_USE_ENV_PROXY=1.`
  return problem(code, explanation, `${remedy}${proxy}`)
}

interface Seen {
  readonly url: URL
  readonly around: Surroundings
}

type Saying = (seen: Seen & { readonly system: string }) => readonly [string, string]

const elsewhere: Saying = ({ url, system }) => [
  `${url.host} could not be reached${system}.`,
  `Try 'curl -v ${url.origin}/' on this machine, which shows how far it comes.`,
]

const sayings: Readonly<Partial<Record<FindingCode, Saying>>> = {
  dns_failed: ({ url, system }) => [
    `The name ${url.hostname} has no address${system}. Nothing was sent.`,
    `Check its spelling, and ask 'getent hosts ${url.hostname}' on this very machine or container: internal names are often known inside a network alone.`,
  ],
  connection_refused: ({ url, system }) => [
    `The machine answers, but nothing listens at ${url.host}${system}.`,
    'Check the port, and whether the server runs and listens on this address (not on 127.0.0.1 of its own container).',
  ],
  connection_dropped: ({ url, system }) => [
    `${url.host} took the connection and dropped it without an answer${system}.`,
    'Look at the log of the server and of what stands before it: a proxy, a firewall, a service mesh that wants a client certificate.',
  ],
  connection_timeout: ({ url, system }) => [
    `No answer came from ${url.host} in time${system}.`,
    'A firewall or a network policy that drops packets looks like this. Check that this machine may go there, and the health of the server.',
  ],
  tls_not_spoken: ({ url, system }) => [
    `${url.host} does not speak TLS on this port${system}.`,
    'Check the port: https is usually 443. If it is plain http on purpose, and inside a network that you trust, write http:// and set M2M_ALLOW_INSECURE_HTTP=true.',
  ],
  tls_untrusted: ({ url, system, around }) => [
    `${url.origin} shows a certificate that this machine has no reason to trust${system}.${shown(around.certificate)}`,
    'If the authority is your own, name its certificate: NODE_EXTRA_CA_CERTS=/path/ca.pem. If you have none, somebody may be in between: do not send a secret there.',
  ],
  tls_expired: ({ url, system, around }) => [
    `The certificate of ${url.origin} has expired${system}.${shown(around.certificate)}`,
    'Renew it at the server, and make sure that the server has loaded the new one. If the dates look right, look at the clock of this machine.',
  ],
  tls_not_yet_valid: ({ url, system, around }) => [
    `The certificate of ${url.origin} is not valid yet${system}.${shown(around.certificate)}`,
    'Look at the clock of this machine first: it is usually behind.',
  ],
  tls_wrong_host: ({ url, system, around }) => [
    `The certificate of ${url.origin} is for another host name${system}.${shown(around.certificate)}`,
    'Use a name that the certificate is for, or have one issued that names this host.',
  ],
}

function shown(facts: CertificateFacts | undefined): string {
  if (facts === undefined) return ''
  const names = facts.names === '' ? 'no host' : facts.names
  const life = `from ${instantText(facts.validFromMs)} to ${instantText(facts.validToMs)}`
  return ` It is for ${names}, issued by ${facts.issuer}, and valid ${life}.`
}
