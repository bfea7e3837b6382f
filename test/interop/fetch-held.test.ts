/** `fetch` while the token is held: sent at once, by the same rules. */
import { describe, expect, it } from 'vitest'
import { tokensOf } from './support/axios-copies.ts'
import { managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'

async function warm(reply: Reply) {
  const resource = await startResource(reply)
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [resource.origin]: { audience: 'event' } },
  })
  await tokens.prewarm()
  return { tokens, resource, endpoint }
}

describe('a fetch whose token is held', () => {
  it.each([
    { Authorization: 'Basic own' },
    { authorization: 'Basic own' },
    { AUTHORIZATION: 'Basic own', accept: 'text/plain' },
    [['Authorization', 'Basic own']] as [string, string][],
    new Headers({ authorization: 'Basic own' }),
  ])('leaves an Authorization of the caller alone: %o', async (headers) => {
    const { tokens, resource } = await warm((response) => response.end('hello'))
    await tokens.fetch(resource.origin, { headers })
    await tokens.fetch(`${resource.origin}/`, { headers })
    expect(tokensOf(resource.arrivals)).toEqual(['Basic own', 'Basic own'])
  })

  it('sends what the caller wrote, and changes nothing of it', async () => {
    const { tokens, resource } = await warm((response) => response.end('hello'))
    const init = Object.freeze({
      method: 'POST',
      body: 'words',
      headers: Object.freeze({ 'x-own': '1' }),
    })
    await tokens.fetch(`${resource.origin}/path?q=1`, init)
    expect(resource.arrivals[0]).toMatchObject({
      method: 'POST',
      path: '/path?q=1',
      text: 'words',
      authorization: 'Bearer event-token-1',
      headers: { 'x-own': '1' },
    })
  })

  it.each([301, 302, 303, 307, 308])(
    'takes none along where %i leads elsewhere',
    async (status) => {
      const elsewhere = await startResource((response) => response.end('elsewhere'))
      const { tokens, resource } = await warm((response) => {
        response.writeHead(status, { location: `${elsewhere.origin}/there` }).end()
      })
      const answer = await tokens.fetch(`${resource.origin}/`)
      expect([answer.status, answer.redirected, await answer.text()]).toEqual([
        200,
        true,
        'elsewhere',
      ])
      expect(tokensOf(resource.arrivals)).toEqual(['Bearer event-token-1'])
      expect(tokensOf(elsewhere.arrivals)).toEqual([undefined])
    },
  )

  it.each([300, 304])('takes %i as it is', async (status) => {
    const { tokens, resource } = await warm((response) => {
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
    expect((await tokens.fetch(`${resource.origin}/`)).status).toBe(status)
    expect(resource.arrivals).toHaveLength(1)
  })

  it('sends again what it sent, whatever the caller has made of it by then', async () => {
    const { tokens, resource } = await warm((response, { headers }) => {
      response.writeHead(headers.authorization === 'Bearer event-token-1' ? 401 : 200).end()
    })
    const init = { method: 'POST', body: '', headers: { 'x-order': '' } }
    const answers = ['one', 'two', 'three'].map((body) => {
      init.body = body
      init.headers['x-order'] = body
      return tokens.fetch(`${resource.origin}/`, init)
    })
    await Promise.all(answers)
    const taken = resource.arrivals.slice(3).map(({ text, headers }) => [text, headers['x-order']])
    expect(taken.toSorted()).toEqual([
      ['one', 'one'],
      ['three', 'three'],
      ['two', 'two'],
    ])
  })

  it('goes along with headers that can be iterated, whatever they look like', async () => {
    const { tokens, resource } = await warm((response) => response.end('hello'))
    const headers = { *[Symbol.iterator]() { yield ['x-own', '1'] } } // prettier-ignore
    await tokens.fetch(`${resource.origin}/`, { headers: headers as never })
    expect(resource.arrivals[0]).toMatchObject({
      authorization: 'Bearer event-token-1',
      headers: { 'x-own': '1' },
    })
  })

  it('takes the answer of a fetch that is no async function', async () => {
    const { tokens } = await warm(() => undefined)
    const now = managerFor({
      tokenEndpoint: 'https://auth.example.com/token',
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { 'https://events.example.com': { audience: 'event' } },
      fetch: (() =>
        Response.json({ access_token: 'fake', token_type: 'Bearer' })) as unknown as typeof fetch,
    })
    await tokens.close()
    await now.prewarm()
    expect((await now.fetch('https://events.example.com/')).status).toBe(200)
  })

  it('has it renewed once when it is refused', async () => {
    const { tokens, resource, endpoint } = await warm((response, { headers }) => {
      if (headers.authorization === 'Bearer event-token-1') response.writeHead(401)
      response.end('answer')
    })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => tokens.fetch(`${resource.origin}/`)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(endpoint.arrivals).toHaveLength(2)
  })
})
