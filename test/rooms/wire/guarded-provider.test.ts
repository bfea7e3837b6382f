import { inspect } from 'node:util'
import { ConfigurationError, isTokenError, TokenManager } from 'm2m-tokens'
import type { Provider, TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const form = [['grant_type', 'client_credentials']] as const
const own = { name: 'Own', tokenEndpoint: 'https://own.test/token', spell: () => form }

function at(members: object) {
  const sent: string[] = []
  const token = some.tokenText()
  const tokens = new TokenManager({
    provider: { ...own, ...members } as Provider,
    clientId: some.clientId,
    clientSecret: some.secret,
    retries: 0,
    fetch: ((_url: unknown, { body }: RequestInit = {}) => {
      sent.push(typeof body === 'string' ? body : '')
      return Promise.resolve(Response.json(some.tokenResponse({ access_token: token })))
    }) as typeof globalThis.fetch,
  } as TokenManagerOptions)
  onTestFinished(() => tokens.close())
  return { tokens, sent, token }
}

describe('a provider of the user’s own', () => {
  it.each<[string, object]>([
    ['has no name', { name: 5 }],
    ['has a spell that is no function', { spell: 'x' }],
    ['has a encode that is no function', { encode: 'json' }],
    ['has a read that is no function', { read: {} }],
    ['has a grantedScopes that is no function', { grantedScopes: [] }],
    ['has a secretMethod that is none of', { secretMethod: 'client_secret_jwt' }],
    ['has a assertionAudience that is none of', { assertionAudience: 'tokenEndpoint' }],
    ['has methods that are not an array', { methods: 'client_secret_basic' }],
  ])('that %s is refused when the manager is made', (problem, members) => {
    expect(() => at(members)).toThrow(problem)
  })

  it('that takes other methods than the client’s is refused when the manager is made', () => {
    expect(() => at({ methods: ['private_key_jwt'] })).toThrow(
      /and Own takes private_key_jwt alone/,
    )
    expect(() => at({ methods: ['client_secret'] })).not.toThrow()
  })

  const pairs = 'must return pairs of names and values'
  it.each<[string, object, string, number]>([
    ['spells a promise', { spell: () => Promise.resolve(form) }, pairs, 0],
    ['spells an object', { spell: () => ({ grant_type: 'x' }) }, pairs, 0],
    ['spells texts', { spell: () => ['ab'] }, pairs, 0],
    ['throws while it spells', { spell: () => explode('no') }, 'spell() threw', 0],
    ['encodes a promise', { encode: () => Promise.resolve({}) }, '{ contentType, body }', 0],
    ['encodes a text', { encode: () => 'a=b' }, '{ contentType, body }', 0],
    ['reads a text', { read: () => 'x' }, 'must return an object, not a string', 1],
    ['grants a number', { grantedScopes: () => 5 }, 'must return an array of scopes', 1],
  ])('that %s ends the call with an error of ours', async (_case, members, message, requests) => {
    const { tokens, sent } = at(members)
    const error = await rejectionOf(tokens.getToken('event'))
    expect(isTokenError(error)).toBe(true)
    expect((error as Error).message).toContain(message)
    expect(sent).toHaveLength(requests)
  })

  it('is asked for its spelling when a key is opened and when it is sent, not for every hit', async () => {
    let asked = 0
    const spell = () => {
      asked += 1
      return form
    }
    const { tokens, sent } = at({ spell })
    for (let hit = 0; hit < 100; hit += 1) await tokens.getToken('event')
    expect(sent).toHaveLength(1)
    expect(asked).toBe(2)
  })

  it('that refuses a request has nothing asked of its issuer, and no failure remembered', async () => {
    const problem = 'Own: scopes must name one'
    const spell = () => {
      throw new ConfigurationError('request_invalid', problem, { field: 'scopes' })
    }
    const { tokens, sent } = at({ tokenEndpoint: undefined, issuer: 'https://own.test', spell })
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({ message: problem })
    expect(sent).toHaveLength(0)
    expect(tokens.stats()).toMatchObject({ failures: 0, entries: 0 })
  })

  it('that throws the answer it was given does not have it in a message', async () => {
    const { tokens, token } = at({ read: (members: object) => explode(JSON.stringify(members)) })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'configuration_invalid', field: 'provider.read' })
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(token)
  })
})

function explode(text: string): never {
  throw new Error(text)
}
