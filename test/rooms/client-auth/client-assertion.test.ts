import { rm, writeFile } from 'node:fs/promises'
import { clientAssertion, ConfigurationError } from 'm2m-tokens'
import type { AssertionRequest } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'
import { context, fileWith, now, parameter } from './some-key.ts'

const inSeconds = (n: number) => some.jwt({ sub: 'workload', exp: now / 1000 + n })
const sent = async (method: ReturnType<typeof clientAssertion>) =>
  parameter(await method.prove(context()), 'client_assertion')

describe('an assertion in a file', () => {
  it('is read again for every attempt', async () => {
    const file = await fileWith(inSeconds(60))
    const method = clientAssertion({ file })
    expect(method).toMatchObject({ method: 'client_assertion', rotates: true })
    expect(await sent(method)).toBe(inSeconds(60))
    await writeFile(file, inSeconds(120))
    expect(await sent(method)).toBe(inSeconds(120))
    await rm(file)
    expect(await rejectionOf(sent(method))).toMatchObject({ code: 'client_assertion_unavailable' })
    await writeFile(file, inSeconds(180))
    expect(await sent(method)).toBe(inSeconds(180))
  })

  it.each(['\n', '\r\n', ' \n\n', ''])('is sent without what stands after it: %j', async (end) => {
    const method = clientAssertion({ file: await fileWith(`${inSeconds(60)}${end}`) })
    expect(await sent(method)).toBe(inSeconds(60))
  })

  it.each<[string, () => string | undefined, RegExp]>([
    ['is missing', () => undefined, /\/nowhere\/token.*ENOENT.*check the path/],
    ['is empty', () => '', /empty text/],
    ['holds nothing but lines', () => '\n\n\n', /it is blank/],
    ['holds an opaque text', () => 'fake-opaque-text', /is not a signed JWT.*is it the right file/],
    ['holds half a JWT', () => inSeconds(60).split('.').slice(0, 2).join('.'), /not a signed JWT/],
    ['holds JSON', () => '{"token":"fake-opaque-text"}', /is not a signed JWT/],
    ['expired long ago', () => inSeconds(-90), /expired 90 s ago; is its file still being repl/],
    ['expires now', () => inSeconds(0), /expired 0 s ago/],
  ])('that %s is an error which names the cause', async (_case, text, message) => {
    const content = text()
    const file = content === undefined ? '/nowhere/token' : await fileWith(content)
    const error = (await rejectionOf(sent(clientAssertion({ file })))) as Error
    expect(error).toMatchObject({ code: 'client_assertion_unavailable', retryable: true })
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/fake-opaque|eyJ/)
  })

  it('without an end is taken as it is', async () => {
    const file = await fileWith(some.jwt({ sub: 'workload' }))
    expect(await sent(clientAssertion({ file }))).toBe(some.jwt({ sub: 'workload' }))
  })
})

describe('an assertion from a function', () => {
  it('is told whom it is for, each time', async () => {
    const asked: AssertionRequest[] = []
    const method = clientAssertion((request) => {
      asked.push(request)
      return Promise.resolve(inSeconds(asked.length))
    })
    await sent(method)
    await method.prove(context({ assertionAudience: 'https://other.test', clientId: 'b' }))
    expect(asked).toEqual([
      {
        audience: 'https://auth.test',
        clientId: 'task-service',
        tokenEndpoint: 'https://auth.test/token',
      },
      {
        audience: 'https://other.test',
        clientId: 'b',
        tokenEndpoint: 'https://auth.test/token',
      },
    ])
  })

  it('goes into the form beside the client’s id, and may not be repeated', async () => {
    const proof = await clientAssertion(() => inSeconds(1)).prove(context())
    expect(proof).toEqual({
      headers: {},
      parameters: [
        ['client_id', 'task-service'],
        ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
        ['client_assertion', inSeconds(1)],
      ],
      secrets: [inSeconds(1)],
      credential: expect.stringContaining('[null,null') as string,
    })
  })

  it('may be of another type, which nobody here can read', async () => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
    const method = clientAssertion(() => 'PHNhbWw+', { type })
    const proof = await method.prove(context())
    expect(parameter(proof, 'client_assertion_type')).toBe(type)
    expect(parameter(proof, 'client_assertion')).toBe('PHNhbWw+')
    const blank = clientAssertion(() => ' \n', { type })
    expect(await rejectionOf(sent(blank))).toMatchObject({ code: 'client_assertion_unavailable' })
  })

  it.each<[string, () => unknown, RegExp]>([
    ['rejects', () => Promise.reject(new Error('no identity')), /its function threw; see cause/],
    ['gives nothing', () => undefined, /gave undefined, not a string/],
    ['gives an object', () => ({ token: 'x' }), /gave an object, not a string/],
  ])('that %s is an error', async (_case, source, message) => {
    const error = await rejectionOf(sent(clientAssertion(source as () => string)))
    expect(error).toMatchObject({ code: 'client_assertion_unavailable' })
    expect((error as Error).message).toMatch(message)
  })
})

describe('clientAssertion', () => {
  it.each<[string, unknown, object, RegExp]>([
    ['nothing', undefined, {}, /clientAssertion must be a string, a function or \{ file \}/],
    ['a path that is empty', { file: '' }, {}, /must be \{ file \} with the path/],
    ['more than a file', { file: 'x', encoding: 'utf8' }, {}, /and nothing else/],
    ['a wrong option', () => '', { typ: 'x' }, /unknown clientAssertion option 'typ'/],
  ])('with %s is refused where it is written', (_case, source, options, message) => {
    expect(() => clientAssertion(source as never, options)).toThrow(ConfigurationError)
    expect(() => clientAssertion(source as never, options)).toThrow(message)
  })
})
