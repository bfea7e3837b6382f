/** A token endpoint that misbehaves as it is told, and a resource that checks every token. */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Entry, Ledger } from './ledger.ts'
import { keyOf, keys } from './plan.ts'
import type { Fault, Key } from './plan.ts'
import type { Tally } from './tally.ts'

/** A header that says when a request left the client: monotonic milliseconds. */
export const sentAtHeader = 'x-sent-at'

/** Changed by the phases, read by the servers. */
export interface Weather {
  fault: Fault | undefined
}

export interface Grounds {
  readonly ledger: Ledger
  readonly tally: Tally
  readonly weather: Weather
}

/** A server on 127.0.0.1 that keeps its port while it is stopped. */
export class LoopbackServer {
  readonly #server: Server
  #port = 0

  constructor(listener: RequestListener) {
    this.#server = createServer(listener)
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve()
      }),
    )
    this.#server.closeAllConnections()
    await closed
  }
}

export function authorizationServer(grounds: Grounds): LoopbackServer {
  return new LoopbackServer((request, response) => {
    const arrivedAt = performance.now()
    text(request).then(
      (form) => {
        answerTokenRequest(grounds, { form, arrivedAt }, response)
      },
      () => response.destroy(),
    )
  })
}

interface Arrival {
  readonly form: string
  readonly arrivedAt: number
}

function answerTokenRequest(grounds: Grounds, arrival: Arrival, response: ServerResponse): void {
  const { ledger, weather } = grounds
  const form = new URLSearchParams(arrival.form)
  const key = keyOf(form.get('audience'), form.get('scope'))
  if (key === undefined) {
    response.writeHead(400).end(JSON.stringify({ error: 'invalid_scope' }))
    return
  }
  const again = weather.fault === 'same'
  const entry = again
    ? ledger.issueAgain(key, arrival.arrivedAt)
    : ledger.issue(key, arrival.arrivedAt)
  const body = grantOf(entry, arrival.arrivedAt)
  // Some requests get through in every trouble.
  if (weather.fault === undefined || again || Math.random() < 0.3) send(response, 200, body)
  else troubles[weather.fault](response, body)
}

function grantOf({ text: access_token, endsAt }: Entry, now: number): string {
  const expires_in = Math.floor((endsAt - now) / 1000)
  return JSON.stringify({ access_token, token_type: 'Bearer', expires_in })
}

const troubles: Readonly<Record<Fault, (response: ServerResponse, body: string) => void>> = {
  slow: (response, body) => {
    setTimeout(() => {
      send(response, 200, body)
    }, Math.random() * 3_000)
  },
  failing: (response) => {
    send(response, 500, 'out of order')
  },
  throttled: (response) => {
    send(response.setHeader('retry-after', '1'), 429, '{"error":"slow_down"}')
  },
  dropped: (response) => {
    response.destroy()
  },
  truncated: (response, body) => {
    response.writeHead(200, { 'content-length': body.length })
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  },
  html: (response, body) => {
    send(response, 200, `<html><!-- ${body} --><h1>Welcome</h1></html>`)
  },
  same: (response, body) => {
    send(response, 200, body)
  },
  // What still arrives while it stops is answered.
  stopped: (response, body) => {
    send(response, 200, body)
  },
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/** Every key has its path `/r/<index>`; a token that is not good there is answered 401. */
export function resourceServer(grounds: Grounds): LoopbackServer {
  return new LoopbackServer((request, response) => {
    const good = isGood(grounds, request)
    const answer = () => {
      response.writeHead(good ? 200 : 401).end(good ? 'hello' : '')
    }
    request.resume().once('end', () => {
      if (grounds.weather.fault === 'slow' && Math.random() < 0.05) {
        setTimeout(answer, Math.random() * 2_000)
      } else answer()
    })
  })
}

function isGood({ ledger, tally }: Grounds, request: IncomingMessage): boolean {
  const now = performance.now()
  const key = keys[Number(request.url?.slice('/r/'.length))]
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const sentAt = Number(request.headers[sentAtHeader])
  const truth = ledger.judge(token, key, sentAt)
  if (truth === 'foreign') tally.foreign += 1
  if (truth === 'expired') tally.expired += 1
  if (truth === 'rejected') tally.rejectedAgain += 1
  if (truth === 'good') countLate(tally, now - ledger.endOf(token ?? ''), { key, now, sentAt })
  if (truth !== 'good') tally.unauthorized += 1
  return truth === 'good'
}

/** A token ends a tenth of its life after it was last handed out: a quicker way is no excuse. */
function countLate(
  tally: Tally,
  overMs: number,
  way: { readonly key: Key | undefined; readonly now: number; readonly sentAt: number },
): void {
  if (overMs < 0) return
  const marginMs = (way.key?.lifetimeSeconds ?? 0) * 100
  if (way.now - way.sentAt < marginMs / 2) tally.expired += 1
  else tally.expiredOnTheWay += 1
}
