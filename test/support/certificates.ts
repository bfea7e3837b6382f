/**
 * A certificate authority in memory, and certificates of it for both ends of a TLS connection.
 * Valid by the real clock and by the manual one (which starts in 2030), unless a test says otherwise.
 */
// `@peculiar/x509` needs it, before anything of its own is loaded.
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

export interface CertificateSubject {
  readonly commonName: string
  readonly usage: 'client' | 'server'
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Names that the certificate is good for: what a TLS client compares with the host it wants. */
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
}

/** PEM, both; the key is PKCS#8. */
export interface Certificate {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface Authority {
  /** What the other end is to trust: `ca`. */
  readonly certificatePem: string
  issue(subject: CertificateSubject): Promise<Certificate>
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const longAgo = new Date(Date.UTC(2020, 0, 1))
const longHence = new Date(Date.UTC(2049, 0, 1))

export async function createAuthority(): Promise<Authority> {
  const keys = await newKeys()
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...common,
    serialNumber: serialNumber(),
    name: [{ CN: ['Authority of a test'] }],
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificatePem: ca.toString('pem'),
    issue: async (subject) => {
      const own = await newKeys()
      const issuer = await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey)
      const certificate = await x509.X509CertificateGenerator.create({
        ...parametersFor(subject),
        subject: nameOf(subject),
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [...extensionsFor(subject), issuer],
      })
      return pemOf(certificate, own)
    },
  }
}

/** A certificate that nobody vouches for: registered with the client itself (RFC 8705 section 2.2). */
export async function createSelfSigned(subject: CertificateSubject): Promise<Certificate> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...parametersFor(subject),
    name: nameOf(subject),
    keys,
    extensions: extensionsFor(subject),
  })
  return pemOf(certificate, keys)
}

const common = { notBefore: longAgo, notAfter: longHence, signingAlgorithm: algorithm }

function parametersFor({ notBefore = longAgo, notAfter = longHence }: CertificateSubject) {
  return { ...common, serialNumber: serialNumber(), notBefore, notAfter }
}

function nameOf({ commonName }: CertificateSubject): x509.JsonName {
  return [{ CN: [commonName] }]
}

function extensionsFor(subject: CertificateSubject): x509.Extension[] {
  const { usage, dnsNames = [], ipAddresses = [] } = subject
  for (const address of ipAddresses) {
    if (isIP(address) === 0) throw new TypeError(`not an IP address: ${address}`)
  }
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ]
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([
      usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth,
    ]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ]
}

/** Positive whatever is drawn: its first byte is no more than 0x7f and not 0. */
function serialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function pemOf(
  certificate: x509.X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<Certificate> {
  const der = await webcrypto.subtle.exportKey('pkcs8', privateKey)
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    keyPem: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  }
}
