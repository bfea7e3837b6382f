/** What is loaded on first use changes nothing but the first moment: each test begins with nothing loaded. */
import type { TokenManagerOptions } from 'm2m-tokens'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rejectionOf } from '../support/start.ts'

beforeEach(() => {
  vi.resetModules()
})

/** A manager of a package that has just been imported, and what its fetch was called with. */
async function fresh(options: Partial<TokenManagerOptions> = {}) {
  const { TokenManager } = await import('m2m-tokens')
  const sent: { readonly url: string; readonly headers: Headers }[] = []
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input)
    sent.push({ url, headers: new Headers(init?.headers) })
    return Promise.resolve(Response.json(answerOf(url)))
  }
  const tokens = new TokenManager({
    tokenEndpoint: 'https://auth.example.com/token',
    clientId: 'task-service',
    clientSecret: 'obvious-fake-secret',
    resources: { 'https://calendar.example.com': { audience: 'event' } },
    fetch,
    ...options,
  } as TokenManagerOptions)
  return { tokens, sent }
}

function answerOf(url: string): unknown {
  if (url === 'https://auth.example.com/token') {
    return { access_token: 'obvious-fake', token_type: 'bearer' }
  }
  if (url.startsWith('https://auth.example.com/.well-known/')) {
    const issuer = 'https://auth.example.com'
    return { issuer, token_endpoint: `${issuer}/token` }
  }
  if (!url.includes('/.well-known/')) return 'hello'
  return {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: ['https://auth.example.com'],
  }
}

describe('the first calls of a process', () => {
  it('share one acquisition, whoever comes while its code is loaded', async () => {
    const { tokens, sent } = await fresh()
    const source = tokens.for('event')
    const calls = Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0 ? tokens.getToken('event') : source.getToken(),
    )
    const answers = await Promise.all(calls)
    expect(new Set(answers).size).toBe(1)
    expect(sent).toHaveLength(1)
    expect(tokens.stats()).toMatchObject({ tokenRequests: 1, joins: 99, waits: 100 })
  })

  it('read what they are given at once, as every fetch does', async () => {
    const { tokens, sent } = await fresh()
    const headers = { 'x-order': 'first' }
    const url = new URL('https://calendar.example.com/one')
    const answer = tokens.fetch(url, { headers })
    headers['x-order'] = 'second'
    url.pathname = '/two'
    await answer
    expect(sent.at(-1)?.url).toBe('https://calendar.example.com/one')
    expect(sent.at(-1)?.headers.get('x-order')).toBe('first')
    expect(sent.at(-1)?.headers.get('authorization')).toBe('Bearer obvious-fake')
  })

  it('read at once also what they pass on as it is', async () => {
    const { tokens, sent } = await fresh()
    const headers = { authorization: 'Basic first' }
    const answer = tokens.fetch('https://calendar.example.com/', { headers })
    headers.authorization = 'Basic second'
    await answer
    expect(sent[0]?.headers.get('authorization')).toBe('Basic first')
  })

  it('fail with a reason where the code has gone, and work when it is back', async () => {
    vi.doMock('../../src/acquiring.ts', () => {
      throw new Error('no such file')
    })
    const { tokens } = await fresh()
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_unreachable' })
    expect(String(error)).toContain('could not be loaded')
    vi.doUnmock('../../src/acquiring.ts')
    await vi.waitFor(() => tokens.getToken('event'))
  })

  it('end with the manager, and ask nothing more', async () => {
    const { tokens, sent } = await fresh()
    const error = rejectionOf(tokens.getToken('event'))
    await tokens.close()
    expect(await error).toMatchObject({ code: 'manager_closed' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).toEqual([])
  })

  it('can be left by their signal, and then ask nothing', async () => {
    const { tokens, sent } = await fresh()
    const controller = new AbortController()
    const reason = new Error('enough')
    const error = rejectionOf(tokens.getToken('event', undefined, { signal: controller.signal }))
    controller.abort(reason)
    expect(await error).toBe(reason)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).toEqual([])
  })

  it('ask the issuer once where its endpoint is, for whatever keys', async () => {
    const { tokens, sent } = await fresh({
      issuer: 'https://auth.example.com',
      tokenEndpoint: undefined,
    })
    await Promise.all([tokens.getToken('event'), tokens.getToken('file')])
    expect(sent.filter(({ url }) => url.includes('/.well-known/'))).toHaveLength(1)
  })

  it('ask a resource once what it takes', async () => {
    const place = 'https://mcp.example.com/mcp'
    const { tokens, sent } = await fresh({
      issuer: 'https://auth.example.com',
      resources: { [place]: {} },
      discoverResources: true,
    })
    await Promise.all(Array.from({ length: 20 }, () => tokens.fetch(place)))
    expect(sent.filter(({ url }) => url.includes('/.well-known/'))).toHaveLength(1)
  })
})
