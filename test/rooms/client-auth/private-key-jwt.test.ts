import { createHash, X509Certificate } from 'node:crypto'
import { importJWK, jwtVerify } from 'jose'
import type { JWTVerifyOptions } from 'jose'
import { privateKeyJwt } from 'm2m-tokens'
import type { ClientAuthentication } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../support/certificates.ts'
import {
  algorithms,
  context,
  cryptoKey,
  formsOf,
  issuer,
  keyFor,
  now,
  parameter,
  tokenEndpoint,
} from './some-key.ts'
import type { SomeAlgorithm } from './some-key.ts'

async function verified(
  method: ClientAuthentication,
  algorithm: SomeAlgorithm,
  options: JWTVerifyOptions = {},
) {
  const proof = await method.prove(context())
  // Imported by jose, so that nothing of ours reads what ours has written.
  const publicKey = await importJWK(
    keyFor(algorithm).publicKey.export({ format: 'jwk' }) as never,
    algorithm,
  )
  return jwtVerify(parameter(proof, 'client_assertion'), publicKey, {
    algorithms: [algorithm],
    currentDate: new Date(now),
    ...options,
  })
}

describe('a private key', () => {
  const shared = { issuer: 'task-service', subject: 'task-service', audience: issuer, typ: 'JWT' }
  it.each(algorithms)(
    'for %s signs in every form in which it may be at hand',
    async (algorithm) => {
      const forms = await formsOf(algorithm)
      expect(forms).toHaveLength(10)
      for (const [form, key] of forms) {
        const method = privateKeyJwt({ key, algorithm, keyId: 'key-1' })
        const { protectedHeader } = await verified(method, algorithm, shared)
        expect([form, protectedHeader]).toEqual([
          form,
          { typ: 'JWT', alg: algorithm, kid: 'key-1' },
        ])
      }
    },
  )

  it.each<[SomeAlgorithm, string]>([
    ['RS256', 'RS256'],
    ['ES256', 'ES256'],
    ['ES384', 'ES384'],
    ['EdDSA', 'EdDSA'],
  ])('signs %s where nobody has said how', async (algorithm, usual) => {
    const method = privateKeyJwt({ key: keyFor(algorithm).privateKey })
    expect((await verified(method, algorithm)).protectedHeader.alg).toBe(usual)
  })

  it('that WebCrypto has bound to an algorithm signs that one', async () => {
    const method = privateKeyJwt({ key: await cryptoKey('PS256') })
    expect((await verified(method, 'PS256')).protectedHeader.alg).toBe('PS256')
  })

  it('as a JWK brings its alg and its kid along, and options win', async () => {
    const jwk = { ...keyFor('PS256').privateKey.export({ format: 'jwk' }), kid: 'own' }
    const header = async (options: object) =>
      (await privateKeyJwt({ key: { ...jwk, alg: 'PS256' }, ...options }).prove(context()))
        .parameters[2]?.[1]
    const read = (jwt = '') =>
      JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as object
    expect(read(await header({}))).toEqual({ typ: 'JWT', alg: 'PS256', kid: 'own' })
    const other = read(await header({ algorithm: 'RS256', keyId: 'other' }))
    expect(other).toEqual({ typ: 'JWT', alg: 'RS256', kid: 'other' })
    const fullySpecified = {
      key: { ...keyFor('EdDSA').privateKey.export({ format: 'jwk' }), alg: 'Ed25519' },
    }
    expect((await verified(privateKeyJwt(fullySpecified), 'EdDSA')).protectedHeader.alg).toBe(
      'EdDSA',
    )
  })

  it('without a kid sends none', async () => {
    const { protectedHeader } = await verified(
      privateKeyJwt({ key: keyFor('ES256').privateKey }),
      'ES256',
    )
    expect(Object.keys(protectedHeader)).toEqual(['typ', 'alg'])
  })

  it('with a certificate is named by its thumbprint', async () => {
    const { certificatePem: certificate } = await createAuthority()
    const method = privateKeyJwt({
      key: keyFor('PS256').privateKey,
      algorithm: 'PS256',
      certificate,
    })
    const { protectedHeader } = await verified(method, 'PS256')
    const der = new X509Certificate(certificate).raw
    expect(protectedHeader['x5t#S256']).toBe(createHash('sha256').update(der).digest('base64url'))
  })
})

describe('an assertion', () => {
  const method = () => privateKeyJwt({ key: keyFor('ES256').privateKey })

  // RFC 7523 section 3, OpenID Connect Core section 9.
  it('is for one use, for a minute, from five seconds ago', async () => {
    const { payload } = await verified(method(), 'ES256')
    const { jti, ...claims } = payload
    const seconds = now / 1000
    expect(claims).toEqual({
      iss: 'task-service',
      sub: 'task-service',
      aud: issuer,
      iat: seconds - 5,
      nbf: seconds - 5,
      exp: seconds + 60,
    })
    expect(jti).toMatch(/^[\w-]{20,}$/)
    await expect(
      verified(method(), 'ES256', { currentDate: new Date(now - 4_000) }),
    ).resolves.toBeDefined()
    await expect(
      verified(method(), 'ES256', { currentDate: new Date(now + 60_000) }),
    ).rejects.toThrow(/exp/)
  })

  it('has another jti each time', async () => {
    const same = method()
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await verified(same, 'ES256')).payload.jti),
    )
    expect(new Set(ids).size).toBe(20)
  })

  it.each([
    [undefined, issuer, issuer],
    ['issuer', issuer, issuer],
    ['issuer', undefined, tokenEndpoint],
    ['token_endpoint', issuer, tokenEndpoint],
    ['urn:my:server', issuer, 'urn:my:server'],
  ])('with audience %s at issuer %s is for %s', async (audience, known, expected) => {
    const key = keyFor('ES256').privateKey
    const proof = await privateKeyJwt({ key, audience }).prove(context({ issuer: known }))
    const [, payload = ''] = parameter(proof, 'client_assertion').split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    expect(claims).toMatchObject({ aud: expected })
  })

  it('goes into the form with the type of RFC 7523, and may not be repeated in a message', async () => {
    const proof = await method().prove(context())
    expect(proof.headers).toEqual({})
    expect(proof.parameters.slice(0, 2)).toEqual([
      ['client_id', 'task-service'],
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ])
    expect(proof.secrets).toEqual([parameter(proof, 'client_assertion')])
  })
})

describe('privateKeyJwt', () => {
  const key = () => keyFor('ES256').privateKey
  it.each<[string, () => object, RegExp]>([
    ['no key', () => ({}), /'key' is missing/],
    ['null', () => ({ key: null }), /'key' is null/],
    ['an algorithm for shared secrets', () => ({ key: key(), algorithm: 'HS256' }), /one of RS256/],
    ['none', () => ({ key: key(), algorithm: 'none' }), /must be one of RS256/],
    ['the newer name of EdDSA', () => ({ key: key(), algorithm: 'Ed25519' }), /write 'EdDSA'/],
    ['a wrong name', () => ({ key: key(), kid: 'x' }), /unknown privateKeyJwt option 'kid'/],
    ['no certificate', () => ({ key: key(), certificate: 'x' }), /'certificate' is not a cert/],
    ['a number for kid', () => ({ key: key(), keyId: 5 }), /'keyId' must be a string/],
  ])('with %s is refused where it is written', (_case, options, message) => {
    expect(() => privateKeyJwt(options() as never)).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })
})
