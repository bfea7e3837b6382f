import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { ClientAuthenticationError, ConfigurationError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { keySource } from '../../../src/client-auth/key-source.ts'
import type { SigningKey } from '../../../src/client-auth/signing-key.ts'
import { rejectionOf } from '../../support/start.ts'
import { fileWith, keyFor, newKey, pem, piecesOf, signerFor } from './some-key.ts'

const data = new TextEncoder().encode('some data')

async function isBy(key: SigningKey, { publicKey }: { publicKey: KeyObject }): Promise<boolean> {
  const signature = await key.sign(data)
  return verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}

describe('a key that is at hand', () => {
  it('is imported once, and is the same for every attempt', async () => {
    const source = keySource(pem(keyFor('ES256').privateKey), {})
    expect(source.rotates).toBe(false)
    expect(await source.read()).toBe(await source.read())
  })

  it('as a JWK may change later without changing what signs', async () => {
    const jwk = keyFor('ES256').privateKey.export({ format: 'jwk' })
    const source = keySource(jwk, {})
    Object.assign(jwk, newKey('ES256').privateKey.export({ format: 'jwk' }))
    expect(await isBy(await source.read(), keyFor('ES256'))).toBe(true)
  })
})

describe('a key from a function', () => {
  it.each<[string, (key: KeyObject) => unknown]>([
    ['PEM', (key) => pem(key)],
    ['JWK, a new object each time', (key) => key.export({ format: 'jwk' })],
    ['KeyObject', (key) => key],
    ['promise', (key) => Promise.resolve(pem(key))],
  ])('as %s is asked for each time, and imported when it is another', async (_form, form) => {
    const [first, second] = [newKey('ES256'), newKey('ES256')]
    let current = first
    let reads = 0
    const source = keySource(() => {
      reads += 1
      return form(current.privateKey)
    }, {})
    expect([source.rotates, reads]).toEqual([true, 0])
    const before = await source.read()
    expect(await source.read()).toBe(before)
    current = second
    const after = await source.read()
    expect(reads).toBe(3)
    expect([await isBy(before, first), await isBy(after, second)]).toEqual([true, true])
    expect(after.fingerprint).not.toBe(before.fingerprint)
    expect(await source.read()).toBe(after)
  })

  it('keeps its fingerprint where only its form changes: it is the same key', async () => {
    const { privateKey } = keyFor('ES256')
    const forms: unknown[] = [pem(privateKey), pem(privateKey, 'sec1'), privateKey]
    const source = keySource(() => forms.shift(), {})
    const prints = [await source.read(), await source.read(), await source.read()]
    expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(1)
  })

  it('that is broken for a moment is read again the next time', async () => {
    const good = pem(keyFor('ES256').privateKey)
    const texts = [good.slice(0, 60), good]
    const source = keySource(() => texts.shift(), {})
    expect(await rejectionOf(source.read())).toMatchObject({ code: 'client_key_unavailable' })
    expect(await isBy(await source.read(), keyFor('ES256'))).toBe(true)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => new Error('vault is sealed'), /its function threw; see cause/],
    ['gives nothing', () => undefined, /it must be a private key/],
    ['gives a file', () => ({ file: '/nowhere' }), /it must be a private key/],
    ['gives a signer', () => signerFor('ES256'), /it must be a private key/],
    ['gives a public key', () => keyFor('ES256').publicKey, /it is a public key/],
    ['gives a JWK in a circle', () => circular(), /it is a JWK that cannot be read/],
  ])('that %s is an error that says so', async (_case, gives, message) => {
    const given = gives()
    const source = keySource(() => {
      if (given instanceof Error) throw given
      return given
    }, {})
    const error = await rejectionOf(source.read())
    expect(error).toBeInstanceOf(ClientAuthenticationError)
    expect(error).toMatchObject({ code: 'client_key_unavailable', retryable: true })
    expect((error as Error).message).toMatch(message)
  })
})

function circular(): object {
  const jwk: Record<string, unknown> = { kty: 'EC', d: 'AA' }
  jwk['self'] = jwk
  return jwk
}

describe('a key in a file', () => {
  it.each<[string, (key: KeyObject) => string]>([
    ['PEM', (key) => pem(key)],
    ['a JWK', (key) => JSON.stringify(key.export({ format: 'jwk' }))],
    ['a JWK among spaces', (key) => `\n ${JSON.stringify(key.export({ format: 'jwk' }))}\n\n`],
  ])('as %s is read again each time, and imported when it has changed', async (_form, text) => {
    const [first, second] = [newKey('ES256'), newKey('ES256')]
    const file = await fileWith(text(first.privateKey))
    const source = keySource({ file }, {})
    const before = await source.read()
    expect(await source.read()).toBe(before)
    await writeFile(file, text(second.privateKey))
    const after = await source.read()
    expect([await isBy(before, first), await isBy(after, second)]).toEqual([true, true])
    // While it is being replaced it may be half there, or not at all: the key that was is used.
    await writeFile(file, text(first.privateKey).slice(0, 40))
    expect(await source.read()).toBe(after)
    await rm(file)
    expect(await source.read()).toBe(after)
  })

  it.each<[string, string | undefined, RegExp]>([
    ['is missing', undefined, /\/nowhere\/key.*ENOENT.*check the path/],
    ['is empty', '\n', /is not PEM/],
    ['is half a JWK', '{"kty":"EC","d":"fake-private-part', /begins like a JWK and is not JSON/],
    ['is a JWK without its private part', '{"kty":"EC"}', /is a public key/],
  ])('that %s is an error that says so, and quotes nothing', async (_case, text, message) => {
    const file = text === undefined ? '/nowhere/key' : await fileWith(text)
    const error = (await rejectionOf(keySource({ file }, {}).read())) as Error
    expect(error).toMatchObject({ code: 'client_key_unavailable' })
    expect(error.message).toMatch(message)
    expect(inspect(error)).not.toContain('fake-private-part')
  })
})

describe('a signer elsewhere', () => {
  it('is called as a method of its own object, which may be an instance of a class', async () => {
    class Kms {
      readonly algorithm = 'ES256'
      readonly keyId = 'key-of-the-kms'
      readonly #signer = signerFor('ES256')
      sign(bytes: Uint8Array) {
        return this.#signer.sign(bytes)
      }
    }
    const source = keySource(new Kms(), {})
    const key = await source.read()
    expect(await isBy(key, keyFor('ES256'))).toBe(true)
    expect(key).toMatchObject({ algorithm: 'ES256', keyId: 'key-of-the-kms', publicJwk: undefined })
    expect((await keySource(new Kms(), { keyId: 'other' }).read()).keyId).toBe('other')
  })

  const der = new Uint8Array(70).fill(0x30)
  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => Promise.reject(new Error('access denied')), /function threw; see cause/],
    ['resolves to a text', () => 'a-signature', /must resolve to a Uint8Array/],
    ['resolves to nothing', () => undefined, /must resolve to a Uint8Array/],
    ['resolves to no bytes', () => new Uint8Array(), /must resolve to a Uint8Array/],
    ['signs in DER', () => der, /70 bytes, and ES256 has 64.*not DER/],
  ])('that %s is an error, and no assertion is made', async (_case, sign, message) => {
    const key = await keySource({ algorithm: 'ES256', sign }, {}).read()
    const error = await rejectionOf(key.sign(data))
    expect(error).toMatchObject({ code: 'client_key_unavailable' })
    expect((error as Error).message).toMatch(message)
  })

  const bytes = (length: number) => () => new Uint8Array(length)
  it.each<[string, number]>([
    ['ES256', 64],
    ['ES384', 96],
    ['ES512', 132],
    ['EdDSA', 64],
    ['RS256', 256],
    ['PS512', 512],
  ])('may sign %s with %d bytes', async (algorithm, length) => {
    const key = await keySource({ algorithm, sign: bytes(length) }, {}).read()
    expect(await key.sign(data)).toHaveLength(length)
  })

  it.each<[string, object, object, RegExp]>([
    ['that does not say how it signs', { sign: bytes(1) }, {}, /with which algorithm/],
    ['with a shared secret', { algorithm: 'HS256', sign: bytes(1) }, {}, /with which algorithm/],
    ['that is no function', { algorithm: 'ES256', sign: 'x' }, {}, /sign that is no function/],
    [
      'for another algorithm than is wanted',
      { algorithm: 'ES256', sign: bytes(1) },
      { algorithm: 'RS256' },
      /with which algorithm/,
    ],
  ])('%s is refused where it is written', (_case, signer, options, message) => {
    expect(() => keySource(signer, options)).toThrow(ConfigurationError)
    expect(() => keySource(signer, options)).toThrow(message)
  })
})

describe('what a key source shows', () => {
  it('holds no private part', async () => {
    const { privateKey } = keyFor('ES256')
    const jwk = privateKey.export({ format: 'jwk' })
    for (const given of [pem(privateKey), jwk, privateKey, () => jwk]) {
      const source = keySource(given, {})
      const key = await source.read()
      const everything = { depth: Infinity, showHidden: true, getters: true }
      const text = [source, key].flatMap((it) => [inspect(it, everything), JSON.stringify(it)])
      for (const piece of piecesOf(privateKey)) expect(text.join()).not.toContain(piece)
      expect(key.publicJwk).toEqual(createPublicKey(privateKey).export({ format: 'jwk' }))
    }
  })
})
