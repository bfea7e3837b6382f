/**
 * A look at the certificate that a server shows, when TLS has refused it: one connection on which
 * nothing is sent, so that it does no harm that the certificate is not trusted.
 */
import type { Clock } from '../../clock.ts'
import { withTimeLimit } from '../../time-limit.ts'
import { oneLine } from '../../wire/quoted-text.ts'

export interface CertificateFacts {
  /** As TLS compares them: `DNS:a.example, IP Address:127.0.0.1`. */
  readonly names: string
  readonly issuer: string
  readonly validFromMs: number
  readonly validToMs: number
}

/** Undefined where it cannot be had. */
export async function peerCertificate(
  url: URL,
  clock: Clock,
): Promise<CertificateFacts | undefined> {
  const limit = { clock, limitMs: 3_000, onTimeout: () => new Error('no certificate in time') }
  try {
    return await withTimeLimit(limit, (signal) => look(url, signal))
  } catch {
    return undefined
  }
}

async function look(url: URL, signal: AbortSignal): Promise<CertificateFacts | undefined> {
  const { connect } = await import('node:tls')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const named = /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {}
  return new Promise((resolve, reject) => {
    const port = url.port === '' ? 443 : Number(url.port)
    const socket = connect({ host, port, ...named, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      resolve(
        certificate === undefined
          ? undefined
          : {
              names: oneLine(certificate.subjectAltName ?? certificate.subject),
              issuer: oneLine(certificate.issuer.replaceAll('\n', ', ')),
              validFromMs: certificate.validFromDate.getTime(),
              validToMs: certificate.validToDate.getTime(),
            },
      )
    })
    socket.on('error', reject)
    signal.addEventListener('abort', () => socket.destroy(signal.reason as Error))
  })
}
