/**
 * Promises under load, over real sockets and in real time, which the tests have no patience for:
 * herds on a cold cache, tokens of one second from a slow server, late rejections. Prints a table
 * and exits 1 where a promise does not hold.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TokenManager } from '../src/index.ts'

interface Row {
  readonly promise: string
  readonly seen: string
  readonly holds: boolean
}

interface Load {
  readonly tokenEndpoint: string
  readonly resource: string
  /** Requests that reached the token endpoint. */
  tokenRequests: number
  /** Requests to the resource whose token had ended when it arrived. */
  expired: number
  /** Tokens that the resource refuses. */
  readonly revoked: Set<string>
}

interface Terms {
  readonly lifetimeMs: number
  readonly latencyMs: number
  readonly failing?: boolean
}

/** A token endpoint and a resource in one server; gone when `work` ends. */
async function withServer(terms: Terms, work: (load: Load) => Promise<Row[]>): Promise<Row[]> {
  const issuedAt = new Map<string, number>()
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/token') {
      load.tokenRequests += 1
      const token = `fake-${load.tokenRequests}`
      const body = { access_token: token, expires_in: terms.lifetimeMs / 1000 }
      setTimeout(() => {
        issuedAt.set(token, performance.now())
        response.writeHead(terms.failing === true ? 400 : 200)
        response.end(JSON.stringify(terms.failing === true ? { error: 'invalid_scope' } : body))
      }, terms.latencyMs)
      return
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const age = performance.now() - (issuedAt.get(token) ?? -Infinity)
    if (age >= terms.lifetimeMs) load.expired += 1
    response.writeHead(load.revoked.has(token) ? 401 : 200).end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const load: Load = {
    tokenEndpoint: `${origin}/token`,
    resource: `${origin}/api`,
    tokenRequests: 0,
    expired: 0,
    revoked: new Set(),
  }
  try {
    return await work(load)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function managerFor(load: Load): TokenManager {
  return new TokenManager({
    tokenEndpoint: load.tokenEndpoint,
    clientId: 'load',
    clientSecret: 'fake-secret',
    resources: { [load.resource]: { audience: 'event' } },
  })
}

async function herd(load: Load, failing: boolean): Promise<Row[]> {
  await using tokens = managerFor(load)
  const ends = await Promise.allSettled(
    Array.from({ length: 10_000 }, (_, i) => tokens.getToken(i % 2 === 0 ? 'event' : 'file')),
  )
  const answers = new Set(
    ends.map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as unknown))),
  )
  const what = failing ? 'failures' : 'tokens'
  return [
    {
      promise: `10,000 cold calls, 2 audiences, ${failing ? 'failing' : 'healthy'} server: 2 requests`,
      seen: `${load.tokenRequests} requests, ${answers.size} ${what} shared by ${ends.length} calls`,
      holds: load.tokenRequests === 2 && answers.size === 2,
    },
  ]
}

async function shortLived(load: Load): Promise<Row[]> {
  const seconds = 10
  await using tokens = managerFor(load)
  const send = async () => (await tokens.fetch(load.resource)).text()
  await send()
  const first = tokens.stats().waits
  const calls: Promise<string>[] = []
  const started = performance.now()
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor((performance.now() - started) / 5)
    while (calls.length < due) calls.push(send())
    progress(`tokens of 1 s: ${calls.length} calls, ${load.tokenRequests} token requests`)
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  await Promise.all(calls)
  const waited = tokens.stats().waits - first
  return [
    {
      promise: 'tokens of 1 s, 200 ms endpoint, 200 calls/s for 10 s: none expired',
      seen: `${load.expired} expired in ${calls.length} calls, ${load.tokenRequests} token requests`,
      holds: load.expired === 0 && calls.length >= 1_900,
    },
    {
      promise: '… and at most 1 call waited after the first',
      seen: `${waited} waited`,
      holds: waited <= 1,
    },
  ]
}

async function lateRejections(load: Load): Promise<Row[]> {
  await using tokens = managerFor(load)
  const { accessToken } = await tokens.getToken('event')
  load.revoked.add(accessToken)
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => tokens.fetch(load.resource).then(({ status }) => status)),
  )
  const good = answers.filter((status) => status === 200).length
  return [
    {
      promise: '100 late 401s for one token: 1 renewal, 100 answers',
      seen: `${load.tokenRequests - 1} renewal, ${good} answers`,
      holds: load.tokenRequests === 2 && good === 100,
    },
  ]
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${text.padEnd(76)}`)
}

const calm = { lifetimeMs: 600_000, latencyMs: 5 }
const rows = [
  ...(await withServer(calm, (load) => herd(load, false))),
  ...(await withServer({ ...calm, failing: true }, (load) => herd(load, true))),
  ...(await withServer(calm, lateRejections)),
  ...(await withServer({ lifetimeMs: 1_000, latencyMs: 200 }, shortLived)),
]
progress('')
for (const { promise, seen, holds } of rows) {
  console.log(`${holds ? 'holds ' : 'BROKEN'}  ${promise}\n        ${seen}`)
}
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1
