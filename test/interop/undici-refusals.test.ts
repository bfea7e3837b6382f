/** A 401 to a request of npm undici: renewed once, answered once, and its connection freed. */
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Agent, Client, fetch, request } from 'undici'
import { tokensOf } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import {
  grant,
  startRefusingOnce,
  startResource,
  startTokenEndpoint,
  tracesOf,
} from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'
import { compose, tell } from './support/undici-world.ts'

const first = 'Bearer event-token-1'
const second = 'Bearer event-token-2'

/** Refuses the first token with `refuse`; takes any other. */
function startRefusing(refuse: (response: ServerResponse) => void, accept?: Reply) {
  return startResource((response, incoming) => {
    if (incoming.headers.authorization === first) refuse(response)
    else if (accept === undefined) response.end('hello')
    else accept(response, incoming)
  })
}

describe('a refused token', () => {
  it('is renewed, and the caller sees the second answer alone', async () => {
    const events = await startRefusing((response) => response.writeHead(401).end('refused'))
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const told = await tell(dispatcher, { origin: events.origin, path: '/e', method: 'GET' })
    expect(told).toMatchObject({ events: ['start', '200', 'data', 'end'], text: 'hello' })
    expect(tokensOf(events.arrivals)).toEqual([first, second])
  })

  it('is renewed once for a hundred late refusals', async () => {
    const waiting: ServerResponse[] = []
    const events = await startRefusing((response) => {
      waiting.push(response)
      if (waiting.length < 100) return
      waiting.forEach((one, n) => setTimeout(() => one.writeHead(401).end('no'), n))
    })
    const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' })
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => request(events.origin, { dispatcher })),
    )
    for (const { statusCode, body } of answers) {
      expect([statusCode, await body.text()]).toEqual([200, 'hello'])
    }
    expect(endpoint.arrivals).toHaveLength(2)
    expect(events.arrivals).toHaveLength(200)
  })

  it('that is refused again once renewed is the answer, with its body', async () => {
    const events = await startResource((response) => response.writeHead(401).end('not you'))
    const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' })
    const options = { origin: events.origin, path: '/e', method: 'GET' } as const
    const told = await tell(dispatcher, options)
    expect(told).toMatchObject({ events: ['start', '401', 'data', 'end'], text: 'not you' })
    expect(tokensOf(events.arrivals)).toEqual([first, second])
    // A resource that refuses a brand-new token is not asked for another with every request.
    const { statusCode, body } = await request(events.origin, { dispatcher })
    expect([statusCode, await body.text()]).toEqual([401, 'not you'])
    expect(endpoint.arrivals).toHaveLength(2)
  })

  it('that the server issues again is not sent again, and its first answer is kept', async () => {
    const events = await startResource((response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('no')
    })
    const replies: Reply[] = [1, 2].map(() => (response) => {
      grant(response, 'event-token-1')
    })
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: replies })
    const { statusCode, body, headers } = await request(events.origin, world)
    expect([statusCode, await body.text()]).toEqual([401, 'no'])
    expect(headers['www-authenticate']).toContain('invalid_token')
    expect(events.arrivals).toHaveLength(1)
  })

  it('that cannot be renewed fails the request with the reason, and shows no token', async () => {
    const events = await startRefusing((response) => response.writeHead(401).end('no'))
    const world = await compose(
      { [events.origin]: 'event' },
      {
        tokenReplies: [
          (response) => {
            grant(response, 'event-token-1')
          },
          (response) => response.writeHead(400).end('{"error":"invalid_client"}'),
        ],
      },
    )
    const error = await failureOf(request(events.origin, world))
    expect(error).toMatchObject({ code: 'token_endpoint_refused' })
    expect(tracesOf(error)).not.toMatch(/event-token|Bearer/)
    const caught = await failureOf(fetch(events.origin, world))
    expect(caught).toMatchObject({ message: 'fetch failed' })
    expect(tracesOf((caught as Error).cause)).not.toMatch(/event-token|Bearer/)
  })
})

describe('an answer of 403', () => {
  it("is the caller's, and costs no token", async () => {
    const events = await startResource((response) => response.writeHead(403).end('no right'))
    const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' })
    const { statusCode, body } = await request(events.origin, { dispatcher })
    expect([statusCode, await body.text()]).toEqual([403, 'no right'])
    expect(endpoint.arrivals).toHaveLength(1)
  })
})

describe('the answer that is discarded', () => {
  it('is read to its end, and its connection used again', async () => {
    const events = await startRefusing((response) => response.writeHead(401).end('x'.repeat(9_000)))
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    for (let n = 0; n < 3; n += 1) {
      expect((await request(events.origin, { dispatcher })).statusCode).toBe(200)
    }
    // One for the refusal and what follows, one perhaps while the refusal was still being read.
    expect(await events.connections()).toBeLessThanOrEqual(2)
  })

  it.each<[kind: string, refuse: (response: ServerResponse) => void]>([
    [
      'never ends',
      (response) => {
        response.writeHead(401).write('and then')
      },
    ],
    [
      'is endless',
      (response) => {
        response.writeHead(401)
        const push = () => {
          while (response.writable && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', push)
        push()
      },
    ],
    [
      'says it is huge',
      (response) => {
        response.writeHead(401, { 'content-length': '9999999999' }).write('x')
      },
    ],
  ])('does not hold up a dispatcher with one connection where it %s', async (_kind, refuse) => {
    const events = await startRefusing(refuse)
    const client = new Client(events.origin)
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { over: client })
    const { statusCode, body } = await dispatcher.request({ path: '/', method: 'GET' })
    expect([statusCode, await body.text()]).toEqual([200, 'hello'])
    expect(await events.connections()).toBe(1)
  })
})

describe('a refusal that is told by a closed connection', () => {
  it('is passed on to the last byte', async () => {
    const events = await startResource((response) => {
      response.writeHead(401, { connection: 'close' }).end('x'.repeat(300_000))
    })
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const { statusCode, body } = await request(events.origin, { dispatcher })
    expect([statusCode, (await body.text()).length]).toEqual([401, 300_000])
  })
})

describe('a URL that is not listed', () => {
  it.each(['request', 'fetch'])('is refused by %s, and nothing is sent', async (kind) => {
    const [events, other] = [await startResource(), await startResource()]
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const call = kind === 'fetch' ? fetch : request
    const error = await failureOf(call(other.origin, { dispatcher }))
    const reason = kind === 'fetch' ? (error as Error).cause : error
    expect(reason).toMatchObject({ code: 'origin_not_listed', field: other.origin })
    expect(other.arrivals).toEqual([])
  })

  it('goes out as it is where the manager was told so', async () => {
    const [events, other] = [await startResource(), await startResource()]
    const manager = { unlistedOrigins: 'pass' } as const
    const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' }, { manager })
    expect((await request(other.origin, { dispatcher })).statusCode).toBe(200)
    expect(tokensOf(other.arrivals)).toEqual([undefined])
    expect(endpoint.arrivals).toEqual([])
  })
})

describe('a token that cannot be had', () => {
  it('fails the request, which is not sent without', async () => {
    const events = await startRefusingOnce()
    const down = await startTokenEndpoint()
    await down.stop()
    const manager = { tokenEndpoint: down.tokenEndpoint, retries: 0 }
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { manager })
    const told = await tell(dispatcher, { origin: events.origin, path: '/', method: 'GET' })
    expect(told).toMatchObject({
      events: ['start', 'error'],
      error: { code: 'token_endpoint_unreachable' },
    })
    expect(events.arrivals).toEqual([])
  })

  it('and a resource that is down each have their own error, once', async () => {
    const events = await startResource()
    await events.stop()
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { over: new Agent() })
    const told = await tell(dispatcher, { origin: events.origin, path: '/', method: 'GET' })
    expect(told).toMatchObject({ events: ['start', 'error'], error: { code: 'ECONNREFUSED' } })
  })
})

describe('an error of a request that carried a token', () => {
  it.each(['a connection that breaks', 'a body that breaks', 'a header that is no header'])(
    'shows nothing of it (%s)',
    async (kind) => {
      const events = await startResource((response) => {
        if (kind === 'a body that breaks') response.write('some')
        setTimeout(() => response.destroy(), 20)
      })
      const { dispatcher } = await compose({ [events.origin]: 'event' })
      const headers = { 'x-own': kind.endsWith('no header') ? 'a\r\nb' : 'a' }
      for (const call of [request, fetch] as const) {
        const calling = call(events.origin, { dispatcher, headers })
        const read = async () => {
          const answer = (await calling) as { text?: () => unknown; body: { text(): unknown } }
          await (answer.text?.() ?? answer.body.text())
        }
        const error = await failureOf(read())
        expect(tracesOf(error)).not.toMatch(/event-token|Bearer/)
        expect(tracesOf((error as Error).cause)).not.toMatch(/event-token|Bearer/)
      }
    },
  )
})
