import { clientSecretBasic, clientSecretPost } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { clientSecretAsListed } from '../../../src/client-auth/client-secret.ts'
import { rejectionOf } from '../../support/start.ts'

const context = (clientId: string, authMethods?: readonly string[]) => ({
  clientId,
  tokenEndpoint: 'https://auth.test/token',
  issuer: undefined,
  authMethods,
  assertionAudience: 'https://auth.test/token',
  now: 0,
})

const decoded = (authorization = '') =>
  Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()

describe('Basic credentials', () => {
  // RFC 6749 section 2.3.1: both are encoded by the form algorithm.
  it('are form-encoded in both halves, so that a colon in the id cannot end it early', async () => {
    const { headers } = await clientSecretBasic('p:/+ü ~').prove(context('urn:client one'))
    expect(decoded(headers['authorization'])).toBe('urn%3Aclient%20one:p%3A%2F%2B%C3%BC%20~')
  })

  it('that cannot be told apart are not sent raw', async () => {
    const method = clientSecretBasic('fake-secret', { encoding: 'raw' })
    expect(await rejectionOf(method.prove(context('urn:client')))).toMatchObject({
      code: 'client_authentication_unsupported',
    })
    const { headers } = await method.prove(context('client'))
    expect(decoded(headers['authorization'])).toBe('client:fake-secret')
  })

  it('name every text that no message may repeat', async () => {
    const { headers, secrets } = await clientSecretBasic('fake/secret').prove(context('one'))
    const [, credentials] = headers['authorization']?.split(' ') ?? []
    expect(secrets).toEqual(['fake/secret', 'fake%2Fsecret', credentials, 'one:fake/secret'])
  })
})

describe('a secret in the form', () => {
  it('names every text that no message may repeat', async () => {
    const proof = await clientSecretPost('fake/secret').prove(context('one'))
    expect(proof.headers).toEqual({})
    expect(proof.secrets).toEqual(['fake/secret', 'fake%2Fsecret'])
  })
})

describe('a client secret without a method', () => {
  it.each<[readonly string[] | undefined, 'header' | 'form']>([
    [undefined, 'header'],
    [['client_secret_basic'], 'header'],
    [['client_secret_post', 'client_secret_basic'], 'header'],
    [['client_secret_post'], 'form'],
  ])('where the server lists %j goes into the %s', async (listed, place) => {
    const { headers } = await clientSecretAsListed('fake-secret').prove(context('one', listed))
    expect('authorization' in headers).toBe(place === 'header')
  })
})

describe('a secret that is not a fixed text', () => {
  it('is read again for every proof, and says that it may have changed', async () => {
    let reads = 0
    const method = clientSecretPost(() => {
      reads += 1
      return `fake-${reads}`
    })
    expect(method.rotates).toBe(true)
    await method.prove(context('one'))
    expect((await method.prove(context('one'))).secrets[0]).toBe('fake-2')
    expect(clientSecretPost('fake-fixed').rotates).toBe(false)
  })

  it('that cannot be read is an error without what hangs on its cause', async () => {
    const thrown = Object.assign(new Error('sealed'), { response: { headers: 'fake-secret' } })
    const method = clientSecretPost(() => Promise.reject(thrown))
    const error = await rejectionOf(method.prove(context('one')))
    expect(error).toMatchObject({ code: 'client_secret_unavailable', cause: { message: 'sealed' } })
    expect((error as Error).cause).not.toHaveProperty('response')
  })
})
