/**
 * A client certificate and its key: read again for every attempt, imported when they have changed,
 * refused by name when they do not fit or their time is not now. Each pair has a transport of its
 * own, and what was sent over an older one ends there: a rotation drops no call.
 */
import type { X509Certificate } from 'node:crypto'
import { ClientAuthenticationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import { nodeCrypto } from '../late-builtins.ts'
import { checkPair, checkTime, isCertificate, isOfNow } from './certificate-pair.ts'
import type { PairTexts } from './certificate-pair.ts'
import type { ClientTransport } from './client-authentication.ts'
import { textReader } from './credential-source.ts'
import { createTlsFetch } from './tls-transport.ts'

/** PEM, a function that gives it, or the file that holds it. */
export type PemSource = string | (() => string | Promise<string>) | { readonly file: string }

/** The certificate that a client shows, and what belongs to it. */
export interface ClientCertificateOptions {
  /** PEM: the client's certificate, with its chain below it where there is one. */
  readonly certificate: PemSource
  /** PEM: its private key. */
  readonly key: PemSource
  /** PEM: an authority that servers' certificates may be of, beside those that Node trusts. */
  readonly ca?: PemSource | undefined
  /** Where the key is encrypted. */
  readonly passphrase?: string | undefined
}

/** A pair that fits, ready to use. */
interface Pair {
  readonly digest: string
  readonly certificate: X509Certificate
  readonly identity: ClientTransport
}

const code = 'client_certificate_unavailable'
const subjects = {
  certificate: { what: 'the client certificate', field: 'certificate', code },
  key: { what: 'the key of the client certificate', field: 'key', code },
  ca: { what: 'the certificate authority', field: 'ca', code },
} as const

export class ClientCertificate {
  readonly #read: () => Promise<PairTexts>
  readonly rotates: boolean
  #last: Pair | undefined

  /** @throws {ConfigurationError} `configuration_invalid` */
  constructor(options: ClientCertificateOptions) {
    const what = { what: 'client certificate option', code: 'configuration_invalid' } as const
    const fields = new FieldReader(options, ['certificate', 'key', 'ca', 'passphrase'], what)
    const reader = (name: 'certificate' | 'key' | 'ca') => {
      const source = fields.unknown(name)
      if (source !== undefined) return textReader(source, subjects[name])
      if (name === 'ca') return () => Promise.resolve(undefined)
      throw fields.refusal(name, 'is missing; a client certificate needs certificate and key')
    }
    const [certificate, key, ca] = [reader('certificate'), reader('key'), reader('ca')]
    const passphrase = fields.text('passphrase')
    this.rotates = [options.certificate, options.key].some((source) => typeof source !== 'string')
    this.#read = async () => ({
      certificate: (await certificate()) ?? '',
      key: (await key()) ?? '',
      ca: await ca(),
      passphrase,
    })
    checkFixed(fields, options)
  }

  /**
   * @param now Epoch milliseconds.
   * @throws {ClientAuthenticationError} `client_certificate_unavailable`
   */
  async identity(now: number): Promise<ClientTransport> {
    const pair = await this.#current(now)
    checkTime(pair.certificate, now)
    return pair.identity
  }

  /** Two files are not replaced at one instant: until they fit again, the pair that did is used. */
  async #current(now: number): Promise<Pair> {
    const last = this.#last
    try {
      const texts = await this.#read()
      const { createHash } = nodeCrypto()
      const digest = createHash('sha256').update(JSON.stringify(texts)).digest('base64url')
      if (last?.digest === digest) return last
      const certificate = checkPair(texts)
      const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
      const fetch = createTlsFetch({ ...texts, cert: texts.certificate })
      const pair = { digest, certificate, identity: { fetch, thumbprint } }
      this.#last = pair
      return pair
    } catch (error) {
      if (last === undefined || !isOfNow(last.certificate, now)) throw error
      return last
    }
  }
}

/** What is written down can be checked before anything is asked. */
function checkFixed(fields: FieldReader, options: ClientCertificateOptions): void {
  const { certificate, key, ca, passphrase } = options
  if (typeof ca === 'string' && !isCertificate(ca)) {
    throw fields.refusal('ca', 'is not a certificate in PEM')
  }
  if (typeof certificate !== 'string' || typeof key !== 'string') return
  try {
    checkPair({ certificate, key, ca: undefined, passphrase })
  } catch (error) {
    const problem = error instanceof ClientAuthenticationError ? error.message : String(error)
    throw fields.refusal('certificate', `cannot be used: ${problem}`)
  }
}
