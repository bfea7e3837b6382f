/**
 * What is routed is what is sent: whatever the options of axios make of a URL, a token arrives at
 * the place it was looked up for, and nowhere else. With the newest and the oldest axios we support.
 */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxiosAdapter, AxiosRequestConfig } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import * as own from 'm2m-tokens'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { attach, copies, tokensOf, variants, withoutToken } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'

const redirectTo = (location: string) => (response: ServerResponse) =>
  response.writeHead(302, { location }).end()

describe.each(variants)('$copy with its $adapter adapter', (variant) => {
  it.each(['an unlisted host', 'the host of another audience'])(
    'sends no token to %s that an absolute URL names where allowAbsoluteUrls is off',
    async (kind) => {
      const [events, other] = [await startResource(), await startResource()]
      const listed = kind === 'an unlisted host' ? {} : { [other.origin]: 'other' }
      const { client } = await attach(variant, { [events.origin]: 'event', ...listed })

      await failureOf(
        client.get(`${other.origin}/x`, {
          baseURL: events.origin,
          allowAbsoluteUrls: false,
          validateStatus: () => false,
        }),
      )

      expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
      expect(tokensOf(other.arrivals)).toEqual([])
    },
  )

  it('sends no token to the host in url where an adapter of the caller reads that alone', async () => {
    const [events, unlisted] = [await startResource(), await startResource()]
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const simple: AxiosAdapter = async (config) => {
      const { url = '', headers, baseURL = '' } = config
      const place = URL.canParse(url) ? url : baseURL + url
      const response = await fetch(place, { headers: headers.toJSON() as Record<string, string> })
      const data: unknown = await response.text()
      return { data, status: response.status, statusText: '', headers: {}, config }
    }

    await client.get(`${unlisted.origin}/x`, {
      adapter: simple,
      baseURL: events.origin,
      allowAbsoluteUrls: false,
    })

    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
    expect(tokensOf(unlisted.arrivals)).toEqual([])
  })

  it('sends the token of the host that an absolute URL names where it beats baseURL', async () => {
    const [events, files] = [await startResource(), await startResource()]
    const resources = { [events.origin]: 'event', [files.origin]: 'file' }
    const { client } = await attach(variant, resources)

    await client.get(`${files.origin}/x`, { baseURL: events.origin })

    expect(tokensOf(events.arrivals)).toEqual([])
    expect(tokensOf(files.arrivals)).toEqual(['Bearer file-token-1'])
  })

  it.each<{ kind: string; config: AxiosRequestConfig }>([
    { kind: 'params', config: { url: '/x', params: { day: 1, who: ['a b', 'ü'], none: null } } },
    {
      kind: 'params of URLSearchParams',
      config: { url: '/x', params: new URLSearchParams('a=1&a=2 3') },
    },
    { kind: 'params behind a query', config: { url: '/x?first=1', params: { second: 2 } } },
    { kind: 'params behind a hash', config: { url: '/x#part', params: { a: 1 } } },
    {
      kind: 'a paramsSerializer',
      config: {
        url: '/x',
        params: { a: ['1', '2'] },
        paramsSerializer: { serialize: ({ a }: { a?: string[] }) => `all=${a?.join('|') ?? ''}` },
      },
    },
    {
      kind: 'the indexes of a paramsSerializer',
      config: { url: '/x', params: { a: [1, 2] }, paramsSerializer: { indexes: null } },
    },
    { kind: 'a query and a hash', config: { url: '/x?a=1&b=%20#part' } },
    { kind: 'letters that are escaped', config: { url: '/grüße/a b?c=d e|f' } },
    { kind: 'letters that were escaped', config: { url: '/gr%C3%BC%C3%9Fe/a%20b/100%25?x=%2F' } },
    { kind: 'no path at all', config: { url: '' } },
    { kind: 'dots in the path', config: { url: '/x/../y/./z' } },
  ])('sends $kind as it does without tokens', async ({ config }) => {
    const events = await startResource()
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const plain = variant.axios.create({ adapter: variant.adapter })
    for (const baseURL of [events.origin, `${events.origin}/base/path/`]) {
      await plain.request({ ...config, baseURL })
      await client.request({ ...config, baseURL })
    }

    const [one, two, three, four] = events.arrivals.map(withoutToken)
    expect([two, four]).toEqual([one, three])
    const bearer = 'Bearer event-token-1'
    expect(tokensOf(events.arrivals)).toEqual([undefined, bearer, undefined, bearer])
  })

  it('gives each path of one origin its own token when one redirects to the other', async () => {
    const shared = await startResource((response, request) => {
      if (request.url === '/a/x') redirectTo('/b/y')(response)
      else response.end('y')
    })
    const resources = { [`${shared.origin}/a`]: 'A', [`${shared.origin}/b`]: 'B' }
    const { client } = await attach(variant, resources)

    const { data } = await client.get<unknown>(`${shared.origin}/a/x`)

    expect(data).toBe('y')
    expect(tokensOf(shared.at('/a/x'))).toEqual(['Bearer A-token-1'])
    expect(tokensOf(shared.at('/b/y'))).toEqual(['Bearer B-token-2'])
  })

  it('follows a redirect to an unlisted place without a token for a manager of another copy', async () => {
    vi.resetModules()
    const another = await import('m2m-tokens')
    expect(another.ConfigurationError).not.toBe(own.ConfigurationError)
    const unlisted = await startResource()
    const events = await startResource(redirectTo(`${unlisted.origin}/u`))
    const { tokenEndpoint } = await startTokenEndpoint()
    const tokens = new another.TokenManager({
      tokenEndpoint,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [events.origin]: { audience: 'event' } },
    })
    onTestFinished(() => tokens.close())
    const client = variant.axios.create({ adapter: variant.adapter })
    attachBearer(client, tokens)

    const { status } = await client.get(`${events.origin}/e`)

    expect(status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
    expect(tokensOf(unlisted.arrivals)).toEqual([undefined])
  })
})

/** A server on a Unix socket, and what it was sent. */
async function startSocket(reply: (response: ServerResponse, request: IncomingMessage) => void) {
  const socketPath = join(tmpdir(), `m2m-${randomUUID()}.sock`)
  const seen: { host: string; path: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    const { host = '', authorization } = request.headers
    seen.push({ host, path: request.url ?? '', authorization })
    reply(response, request)
  })
  const { promise, resolve } = Promise.withResolvers<undefined>()
  server.listen(socketPath, () => {
    resolve(undefined)
  })
  await promise
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(socketPath, { force: true })
  })
  return { socketPath, seen }
}

describe.each(copies)('$copy with a socketPath', (copy) => {
  it('never shows the socket the token of another audience that it redirects to', async () => {
    const files = await startResource()
    const { socketPath, seen } = await startSocket((response, request) => {
      if (request.url === '/e') redirectTo(`${files.origin}/f`)(response)
      else response.end('over there')
    })
    const resources = { 'http://localhost:1': 'event', [files.origin]: 'file' }
    const { client, endpoint } = await attach(copy, resources)

    const { status } = await client.get('http://localhost:1/e', { socketPath })

    expect(status).toBe(200)
    const sent = seen.map(({ path, authorization }) => ({ path, authorization }))
    expect(sent[0]).toEqual({ path: '/e', authorization: 'Bearer event-token-1' })
    expect(sent.slice(1).map(({ authorization }) => authorization)).toEqual([undefined])
    expect(tokensOf(files.arrivals)).toEqual([])
    expect(endpoint.arrivals).toHaveLength(1)
  })
})
