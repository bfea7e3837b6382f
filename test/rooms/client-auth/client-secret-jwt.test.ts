import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { jwtVerify } from 'jose'
import { clientSecretJwt, ConfigurationError } from 'm2m-tokens'
import type { ClientAuthentication, ClientSecret, HmacAlgorithm } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../../support/start.ts'
import { context, fileWith, issuer, now, parameter } from './some-key.ts'

const secret = 'fake-secret-of-64-bytes-'.padEnd(64, 'x')
const bytes = (text: string) => new TextEncoder().encode(text)

async function verified(method: ClientAuthentication, key: string, algorithm = 'HS256') {
  const assertion = parameter(await method.prove(context()), 'client_assertion')
  return jwtVerify(assertion, bytes(key), {
    algorithms: [algorithm],
    currentDate: new Date(now),
    issuer: 'task-service',
    subject: 'task-service',
  })
}

describe('clientSecretJwt', () => {
  it.each<HmacAlgorithm>(['HS256', 'HS384', 'HS512'])('signs %s', async (algorithm) => {
    const method = clientSecretJwt(secret, { algorithm })
    const { protectedHeader, payload } = await verified(method, secret, algorithm)
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: algorithm })
    expect(payload).toMatchObject({ aud: issuer, iat: now / 1000 - 5, exp: now / 1000 + 60 })
  })

  it('signs HS256 where nobody has said how, and never sends the secret', async () => {
    const proof = await clientSecretJwt(secret).prove(context())
    expect((await verified(clientSecretJwt(secret), secret)).protectedHeader.alg).toBe('HS256')
    expect(JSON.stringify([proof.headers, proof.parameters, proof.credential])).not.toContain(
      secret.slice(0, 24),
    )
    expect(proof.secrets).toContain(secret)
    expect(inspect(clientSecretJwt(secret), { depth: Infinity, showHidden: true })).not.toContain(
      secret,
    )
  })

  it.each<[HmacAlgorithm, number]>([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ])('for %s takes a secret of %d bytes, and none that is shorter', async (algorithm, least) => {
    expect(() => clientSecretJwt('s'.repeat(least), { algorithm })).not.toThrow()
    // Two bytes each: it is bytes that count.
    expect(() => clientSecretJwt('ü'.repeat(least / 2), { algorithm })).not.toThrow()
    const short = 's'.repeat(least - 1)
    const refused = expect.objectContaining({
      code: 'configuration_invalid',
      field: 'clientSecret',
    }) as Error
    expect(() => clientSecretJwt(short, { algorithm })).toThrow(refused)
    const later = await rejectionOf(clientSecretJwt(() => short, { algorithm }).prove(context()))
    expect(later).toMatchObject({ code: 'client_authentication_unsupported' })
    expect((later as Error).message).toContain(`has ${least - 1} bytes and ${algorithm} needs`)
    expect((later as Error).message).not.toContain(short)
  })

  it('reads a function or a file again each time, and tells one secret from another', async () => {
    const other = secret.replace('fake', 'next')
    const texts = [secret, secret, other]
    const file = await fileWith('')
    const sources: readonly ClientSecret[] = [() => texts.shift() ?? '', { file }]
    for (const source of sources) {
      await writeFile(file, `${secret}\n`)
      const method = clientSecretJwt(source)
      expect(method.rotates).toBe(true)
      const [first, second] = [await method.prove(context()), await method.prove(context())]
      expect(first.credential).toBe(second.credential)
      expect(first.parameters).not.toEqual(second.parameters)
      await writeFile(file, `${other}\r\n`)
      expect((await method.prove(context())).credential).not.toBe(first.credential)
    }
    await expect(verified(clientSecretJwt({ file }), other)).resolves.toBeDefined()
    expect(clientSecretJwt(secret).rotates).toBe(false)
  })

  it('can be for the token endpoint', async () => {
    const method = clientSecretJwt(secret, { audience: 'token_endpoint' })
    expect((await verified(method, secret)).payload.aud).toBe('https://auth.test/token')
  })

  it.each<[string, unknown, object, RegExp]>([
    ['an algorithm for keys', secret, { algorithm: 'RS256' }, /must be one of HS256, HS384/],
    ['no algorithm at all', secret, { algorithm: 'none' }, /must be one of HS256/],
    ['a wrong name', secret, { alg: 'HS256' }, /unknown clientSecretJwt option 'alg'/],
    ['no secret', undefined, {}, /clientSecret must be a string, a function or \{ file \}/],
    ['an empty secret', '', {}, /clientSecret is empty/],
  ])('with %s is refused where it is written', (_case, given, options, message) => {
    expect(() => clientSecretJwt(given as string, options)).toThrow(ConfigurationError)
    expect(() => clientSecretJwt(given as string, options)).toThrow(message)
  })
})
