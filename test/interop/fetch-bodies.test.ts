/** What `tokens.fetch` sends twice when a resource refuses the token: all of it, or nothing. */
import { Readable } from 'node:stream'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import type { Arrival, LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { partsOf } from './support/multipart.ts'
import { startRefusingOnce, startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { TokenEndpoint } from './support/plain-servers.ts'

async function start(
  resource: Promise<LoopbackServer> = startRefusingOnce(),
): Promise<{ events: LoopbackServer; endpoint: TokenEndpoint; tokens: TokenManager }> {
  const events = await resource
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [events.origin]: { audience: 'event' } },
  })
  return { events, endpoint, tokens }
}

const bothTokens = ['Bearer event-token-1', 'Bearer event-token-2']
const tokensOf = (arrivals: readonly Arrival[]) =>
  arrivals.map(({ authorization }) => authorization)
const bytes = new Uint8Array([0, 1, 2, 250, 255, 10, 13])

describe.each<{ kind: string; body: () => NonNullable<RequestInit['body']>; sent: Buffer }>([
  { kind: 'a string', body: () => 'grüße', sent: Buffer.from('grüße') },
  { kind: 'a Buffer', body: () => Buffer.from(bytes), sent: Buffer.from(bytes) },
  { kind: 'a view', body: () => bytes.subarray(2, 5), sent: Buffer.from([2, 250, 255]) },
  { kind: 'an ArrayBuffer', body: () => bytes.slice().buffer, sent: Buffer.from(bytes) },
  {
    kind: 'URLSearchParams',
    body: () => new URLSearchParams({ a: '1 & 2' }),
    sent: Buffer.from('a=1+%26+2'),
  },
  { kind: 'a Blob', body: () => new Blob([bytes]), sent: Buffer.from(bytes) },
])('$kind', ({ body, sent }) => {
  it('is sent again, byte for byte, with the renewed token', async () => {
    const { events, tokens } = await start()

    const response = await tokens.fetch(`${events.origin}/e`, { method: 'PUT', body: body() })

    expect(response.status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
    expect(events.arrivals.map(({ method }) => method)).toEqual(['PUT', 'PUT'])
    expect(events.arrivals.map((arrival) => arrival.bytes)).toEqual([sent, sent])
    const [first, second] = events.arrivals.map(({ headers }) => headers)
    expect(second?.['content-type']).toBe(first?.['content-type'])
    expect(second?.['content-length']).toBe(String(sent.length))
  })
})

describe('FormData', () => {
  it('is sent again with its fields and files', async () => {
    const { events, tokens } = await start()
    const body = new FormData()
    body.set('title', 'grüße')
    body.set('file', new File([bytes], 'notes.bin'))

    expect((await tokens.fetch(events.origin, { method: 'POST', body })).status).toBe(200)

    expect(events.arrivals).toHaveLength(2)
    expect(events.arrivals).toHaveLength(2)
    for (const arrival of events.arrivals) {
      expect(partsOf(arrival)).toEqual([
        { name: 'title', filename: undefined, bytes: Buffer.from('grüße') },
        { name: 'file', filename: 'notes.bin', bytes: Buffer.from(bytes) },
      ])
    }
  })
})

async function* lines(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('one\n'))
  yield Buffer.from('two\n')
}

describe.each<{ kind: string; body: () => unknown }>([
  { kind: 'a ReadableStream', body: () => ReadableStream.from(lines()) },
  { kind: 'an async iterable', body: () => lines() },
  { kind: "Node's Readable", body: () => Readable.from(lines()) },
])('$kind as a body', ({ body }) => {
  it('is sent once: the 401 is the answer, and the token is dropped', async () => {
    const { events, endpoint, tokens } = await start()
    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit

    const refused = await tokens.fetch(events.origin, init)
    expect(refused.status).toBe(401)
    expect(events.arrivals.map(({ text }) => text)).toEqual(['one\ntwo\n'])
    expect(endpoint.arrivals).toHaveLength(1)

    const next = { method: 'POST', body: body(), duplex: 'half' } as RequestInit
    expect((await tokens.fetch(events.origin, next)).status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
  })
})

describe('a Request', () => {
  it('keeps its method, headers and body, also when it is sent again', async () => {
    const { events, tokens } = await start()
    const request = new Request(`${events.origin}/e?day=1`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-trace': 'one' },
      body: '{"title":"stand-up"}',
    })

    expect((await tokens.fetch(request)).status).toBe(200)

    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
    for (const { method, path, headers, text } of events.arrivals) {
      expect([method, path, text]).toEqual(['PATCH', '/e?day=1', '{"title":"stand-up"}'])
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-trace': 'one' })
    }
    expect(request.headers.has('authorization')).toBe(false)
  })

  it('gives way to what init says, as in any fetch', async () => {
    const { events, tokens } = await start()
    const request = new Request(events.origin, { method: 'POST', body: 'of the request' })

    await tokens.fetch(request, { method: 'PUT', body: 'of init', headers: { 'x-trace': 'init' } })

    for (const { method, headers, text } of events.arrivals) {
      expect([method, headers['x-trace'], text]).toEqual(['PUT', 'init', 'of init'])
    }
    expect(events.arrivals).toHaveLength(2)
  })

  it('is sent again without a body where it has none', async () => {
    const { events, tokens } = await start()
    expect((await tokens.fetch(new Request(events.origin))).status).toBe(200)
    expect(events.arrivals.map(({ method, text }) => [method, text])).toEqual([
      ['GET', ''],
      ['GET', ''],
    ])
  })

  it('takes its body along to another origin, with the token of that one', async () => {
    const files = await startResource()
    const events = await startResource((response) => {
      response.writeHead(307, { location: `${files.origin}/f` }).end()
    })
    const endpoint = await startTokenEndpoint()
    const tokens = managerFor({
      tokenEndpoint: endpoint.tokenEndpoint,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [events.origin]: { audience: 'event' }, [files.origin]: { audience: 'file' } },
    })

    const body = '{"title":"stand-up"}'
    const response = await tokens.fetch(new Request(events.origin, { method: 'POST', body }))

    expect([response.status, response.redirected]).toEqual([200, true])
    expect(response.url).toBe(`${files.origin}/f`)
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
    expect(tokensOf(files.arrivals)).toEqual(['Bearer file-token-2'])
    expect(files.arrivals.map(({ method, text }) => [method, text])).toEqual([['POST', body]])
  })

  it('ends with its signal while the resource keeps it waiting', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const closed = Promise.withResolvers<undefined>()
    const silent = startResource((response) => {
      arrived.resolve(undefined)
      response.once('close', () => {
        closed.resolve(undefined)
      })
    })
    const { events, tokens } = await start(silent)
    const controller = new AbortController()
    const { signal } = controller
    const request = new Request(events.origin, { method: 'POST', body: 'a', signal })
    const sent = failureOf(tokens.fetch(request))
    await arrived.promise

    const reason = new Error('no longer wanted')
    controller.abort(reason)

    expect(await sent).toBe(reason)
    await closed.promise
    expect(events.arrivals).toHaveLength(1)
  })

  it('whose signal was aborted before costs neither a token nor a request', async () => {
    const { events, endpoint, tokens } = await start()
    const reason = new Error('never wanted')
    const request = new Request(events.origin, { signal: AbortSignal.abort(reason) })

    expect(await failureOf(tokens.fetch(request))).toBe(reason)
    expect([endpoint.arrivals.length, events.arrivals.length]).toEqual([0, 0])
  })
})

describe('the answers of a refusing resource', () => {
  it('do not pile up connections: the body of the 401 is given back', async () => {
    const refusal = 'x'.repeat(300_000)
    const resource = startResource((response, request) => {
      const odd = /-token-\d*[13579]$/.test(request.headers.authorization ?? '')
      response.writeHead(odd ? 401 : 200).end(odd ? refusal : 'fine')
    })
    const { events, tokens } = await start(resource)

    for (let round = 0; round < 15; round += 1) {
      const response = await tokens.fetch(events.origin)
      expect([response.status, await response.text()]).toEqual([200, 'fine'])
      tokens.invalidate(`event-token-${2 * round + 2}`)
    }

    expect(events.arrivals).toHaveLength(30)
    expect(await events.connections()).toBeLessThanOrEqual(3)
  })

  it('are given whole where nothing is sent again', async () => {
    const resource = startResource((response) => {
      response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' })
      response.end('ask for more')
    })
    const { events, endpoint, tokens } = await start(resource)

    const response = await tokens.fetch(events.origin, { method: 'POST', body: 'a' })

    expect([response.status, await response.text()]).toEqual([403, 'ask for more'])
    expect([endpoint.arrivals.length, events.arrivals.length]).toEqual([1, 1])
  })
})

describe('a URL that no entry covers', () => {
  it('is refused before anything is sent', async () => {
    const { events, endpoint, tokens } = await start()
    const other = await startResource()

    const failure = await failureOf(tokens.fetch(`${other.origin}/e`))

    expect(failure).toMatchObject({ code: 'origin_not_listed', field: other.origin })
    expect([endpoint.arrivals, events.arrivals, other.arrivals]).toEqual([[], [], []])
  })
})
