/** Whether a certificate and a key belong together, and whether its time is now. Pure. */
import type { KeyObject, X509Certificate } from 'node:crypto'
import { ClientAuthenticationError } from '../errors.ts'
import { nodeCrypto } from '../late-builtins.ts'

/** PEM, all of it. */
export interface PairTexts {
  readonly certificate: string
  readonly key: string
  readonly ca: string | undefined
  readonly passphrase: string | undefined
}

/** @throws {ClientAuthenticationError} `client_certificate_unavailable` */
export function checkPair({ certificate: pem, key, ca, passphrase }: PairTexts): X509Certificate {
  if (ca !== undefined && !isCertificate(ca)) {
    throw refusal('cannot be used: its ca is not a certificate in PEM')
  }
  const certificate = certificateOf(pem)
  if (certificate.checkPrivateKey(keyOf(key, passphrase))) return certificate
  throw refusal('does not belong to its key; are the two from the same renewal?')
}

/** @throws {ClientAuthenticationError} `client_certificate_unavailable` */
export function checkTime(certificate: X509Certificate, now: number): void {
  const { validFromDate: from, validToDate: to } = certificate
  if (isOfNow(certificate, now)) return
  throw refusal(
    now < from.getTime()
      ? `is not valid before ${from.toISOString()}; is this machine’s clock right?`
      : `expired on ${to.toISOString()}; renew it`,
  )
}

export function isOfNow(
  { validFromDate: from, validToDate: to }: X509Certificate,
  now: number,
): boolean {
  return now >= from.getTime() && now < to.getTime()
}

export function isCertificate(pem: string): boolean {
  try {
    return parsed(pem).raw.length > 0
  } catch {
    return false
  }
}

function parsed(pem: string): X509Certificate {
  return new (nodeCrypto().X509Certificate)(pem)
}

function certificateOf(pem: string): X509Certificate {
  try {
    return parsed(pem)
  } catch {
    throw refusal('is not a certificate in PEM')
  }
}

function keyOf(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return nodeCrypto().createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase })
  } catch {
    throw refusal(
      pem.includes('ENCRYPTED') && passphrase === undefined
        ? 'has an encrypted key; set passphrase'
        : 'has a key that cannot be read; it must be PEM, and the passphrase the right one',
    )
  }
}

function refusal(problem: string): ClientAuthenticationError {
  return new ClientAuthenticationError(
    'client_certificate_unavailable',
    `the client certificate ${problem}`,
  )
}
