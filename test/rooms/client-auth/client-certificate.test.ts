import { createPrivateKey, createHash, X509Certificate } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { ConfigurationError, selfSignedTlsClientAuth, tlsClientAuth } from 'm2m-tokens'
import type { ClientCertificateOptions } from 'm2m-tokens'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, createSelfSigned } from '../../support/certificates.ts'
import type { Authority, Certificate } from '../../support/certificates.ts'
import { rejectionOf } from '../../support/start.ts'
import { context, fileWith, now, piecesOf } from './some-key.ts'

let authority: Authority
let one: Certificate
let two: Certificate
beforeAll(async () => {
  authority = await createAuthority()
  one = await authority.issue({ commonName: 'task-service', usage: 'client' })
  two = await authority.issue({ commonName: 'task-service', usage: 'client' })
})

const optionsOf = ({ certificatePem: certificate, keyPem: key }: Certificate) => ({
  certificate,
  key,
})
const encrypted = (passphrase: string) =>
  createPrivateKey(one.keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString()
const proofOf = (options: ClientCertificateOptions, at = now) =>
  tlsClientAuth(options).prove(context({ now: at }))

describe('mutual TLS', () => {
  // RFC 8705 section 2: the form says who, the connection proves it.
  it('sends the client’s id alone, over a connection of its own', async () => {
    const proof = await proofOf(optionsOf(one))
    expect(proof).toMatchObject({
      headers: {},
      parameters: [['client_id', 'task-service']],
      secrets: [],
    })
    expect(proof.fetch).toBeTypeOf('function')
    const der = new X509Certificate(one.certificatePem).raw
    expect(proof.credential).toBe(createHash('sha256').update(der).digest('base64url'))
  })

  it.each([
    ['tls_client_auth', tlsClientAuth],
    ['self_signed_tls_client_auth', selfSignedTlsClientAuth],
  ])('is %s', async (method, make) => {
    const self = await createSelfSigned({ commonName: 'task-service', usage: 'client' })
    const made = make(optionsOf(self))
    expect(made).toMatchObject({ method, mutualTls: true, rotates: false })
    await expect(made.prove(context())).resolves.toBeDefined()
  })

  it('without a certificate leaves the connection to the manager’s own fetch', async () => {
    const proof = await tlsClientAuth().prove(context())
    expect(proof).toMatchObject({ parameters: [['client_id', 'task-service']], fetch: undefined })
    expect(proof.credential).toBeUndefined()
  })

  it('takes a chain, and a key that is encrypted where its passphrase is there', async () => {
    const certificate = one.certificatePem + authority.certificatePem
    const key = encrypted('fake-passphrase')
    const { credential } = await proofOf({ certificate, key, passphrase: 'fake-passphrase' })
    expect(credential).toBe((await proofOf(optionsOf(one))).credential)
  })
})

describe('a certificate that is read again', () => {
  it.each<[string, boolean]>([
    ['files', true],
    ['functions', false],
  ])('from %s keeps its connections, and gets new ones when it changes', async (_from, files) => {
    const current = { ...one }
    const [certificate, key] = [await fileWith(one.certificatePem), await fileWith(one.keyPem)]
    const method = tlsClientAuth({
      certificate: files ? { file: certificate } : () => current.certificatePem,
      key: files ? { file: key } : () => Promise.resolve(current.keyPem),
    })
    expect(method.rotates).toBe(true)
    const first = await method.prove(context())
    const same = await method.prove(context())
    expect([same.fetch, same.credential]).toEqual([first.fetch, first.credential])
    Object.assign(current, two)
    await writeFile(certificate, two.certificatePem)
    await writeFile(key, two.keyPem)
    const changed = await method.prove(context())
    expect(changed.fetch).not.toBe(first.fetch)
    expect(changed.credential).not.toBe(first.credential)
    expect((await method.prove(context())).fetch).toBe(changed.fetch)
  })

  it('gets new connections also where only the authority has changed', async () => {
    const authorities = [authority.certificatePem, (await createAuthority()).certificatePem]
    const method = tlsClientAuth({ ...optionsOf(one), ca: () => authorities.shift() ?? '' })
    const [first, second] = [await method.prove(context()), await method.prove(context())]
    expect(second.fetch).not.toBe(first.fetch)
    expect(second.credential).toBe(first.credential)
  })

  it('half of which has been replaced is the one before, until the other half is', async () => {
    const certificate = await fileWith(one.certificatePem)
    const key = await fileWith(one.keyPem)
    const method = tlsClientAuth({ certificate: { file: certificate }, key: { file: key } })
    const first = await method.prove(context())
    await writeFile(certificate, two.certificatePem)
    expect((await method.prove(context())).credential).toBe(first.credential)
    await writeFile(key, two.keyPem)
    const second = await method.prove(context())
    expect(second.credential).not.toBe(first.credential)
    await rm(key)
    expect((await method.prove(context())).credential).toBe(second.credential)
  })

  it('that never was whole is refused, with what is missing', async () => {
    const certificate = await fileWith(one.certificatePem)
    const key = await fileWith(two.keyPem)
    const method = tlsClientAuth({ certificate: { file: certificate }, key: { file: key } })
    expect(await rejectionOf(method.prove(context()))).toMatchObject({
      code: 'client_certificate_unavailable',
      message: expect.stringContaining('does not belong to its key') as string,
      retryable: true,
    })
    await rm(key)
    const error = (await rejectionOf(method.prove(context()))) as Error
    expect(error.message).toMatch(/the key of the client certificate could not be read.*ENOENT/)
    expect(error.message).toContain(key)
  })
})

describe('a certificate whose time is not now', () => {
  it.each<[string, number, RegExp | undefined]>([
    ['a moment before it begins', -1, /is not valid before 2029-12-31T23:59:00.000Z; is this mach/],
    ['as it begins', 0, undefined],
    ['a moment before it ends', 119_999, undefined],
    ['as it ends', 120_000, /expired on 2030-01-01T00:01:00.000Z; renew it/],
  ])('is refused by that name, and only then: %s', async (_case, ms, message) => {
    const notBefore = new Date(now - 60_000)
    const notAfter = new Date(now + 60_000)
    const short = await authority.issue({ commonName: 'x', usage: 'client', notBefore, notAfter })
    const proof = proofOf(optionsOf(short), notBefore.getTime() + ms)
    if (message === undefined) {
      await expect(proof).resolves.toBeDefined()
      return
    }
    const error = (await rejectionOf(proof)) as Error
    expect(error).toMatchObject({ code: 'client_certificate_unavailable', retryable: true })
    expect(error.message).toMatch(message)
  })

  it('is looked at each time, also where it was good before', async () => {
    const notAfter = new Date(now + 60_000)
    const short = await authority.issue({ commonName: 'x', usage: 'client', notAfter })
    const method = tlsClientAuth(optionsOf(short))
    await method.prove(context())
    const error = await rejectionOf(method.prove(context({ now: now + 60_000 })))
    expect(error).toMatchObject({ code: 'client_certificate_unavailable' })
  })
})

describe('a pair that cannot be used', () => {
  const bad: readonly (readonly [string, () => ClientCertificateOptions, RegExp])[] = [
    ['a foreign key', () => ({ ...optionsOf(one), key: two.keyPem }), /does not belong to its key/],
    [
      'a text for certificate',
      () => ({ ...optionsOf(one), certificate: 'x' }),
      /not a certificate/,
    ],
    ['its key for certificate', () => ({ certificate: one.keyPem, key: one.keyPem }), /not a cert/],
    ['a truncated certificate', () => truncated(), /is not a certificate in PEM/],
    ['a text for key', () => ({ ...optionsOf(one), key: 'x' }), /has a key that cannot be read/],
    [
      'a certificate for key',
      () => ({ ...optionsOf(one), key: one.certificatePem }),
      /cannot be r/,
    ],
    ['an encrypted key', () => ({ ...optionsOf(one), key: encrypted('x') }), /set passphrase/],
    [
      'a key that is encrypted otherwise',
      () => ({ ...optionsOf(one), key: encrypted('x'), passphrase: 'fake-wrong-passphrase' }),
      /the passphrase the right one/,
    ],
  ]
  const truncated = () => ({ ...optionsOf(one), certificate: one.certificatePem.slice(0, 200) })

  it.each(bad)('is refused where it is written: %s', (_name, options, message) => {
    let error: unknown
    try {
      tlsClientAuth(options())
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as Error).message).toMatch(message)
    expectNoKey(error)
  })

  it.each(bad)('is refused when it is read: %s', async (_name, options, message) => {
    const { certificate, key, ...rest } = options()
    const read = { certificate: () => certificate as string, key: () => key as string, ...rest }
    const error = await rejectionOf(proofOf(read))
    expect(error).toMatchObject({ code: 'client_certificate_unavailable' })
    expect((error as Error).message).toMatch(message)
    expectNoKey(error)
  })

  it.each<[string, object, RegExp]>([
    ['no key', { certificate: 'x' }, /'key' is missing; a client certificate needs/],
    ['no certificate', { key: 'x' }, /'certificate' is missing/],
    ['a wrong name', { cert: 'x', key: 'x' }, /unknown client certificate option 'cert'/],
    ['a number', { certificate: 5, key: 'x' }, /certificate must be a string, a function or/],
    ['an empty text', { certificate: '', key: 'x' }, /certificate is empty/],
  ])('is refused: %s', (_name, options, message) => {
    expect(() => tlsClientAuth(options as never)).toThrow(ConfigurationError)
    expect(() => tlsClientAuth(options as never)).toThrow(message)
  })

  it('shows no key, whatever is printed', async () => {
    const method = tlsClientAuth({ ...optionsOf(one), passphrase: 'fake-passphrase' })
    const proof = await method.prove(context())
    expectNoKey(method)
    expectNoKey(proof)
  })

  function expectNoKey(value: unknown): void {
    const everything = { depth: Infinity, showHidden: true, getters: true }
    const text = inspect(value, everything) + JSON.stringify(value)
    const pieces = [one, two].flatMap(({ keyPem }) => piecesOf(keyPem))
    for (const piece of [...pieces, 'fake-wrong', 'fake-pass']) expect(text).not.toContain(piece)
  }
})
