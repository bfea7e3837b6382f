/**
 * The authorization server and the resource of the benchmark, a process of its own so that none of
 * its work is counted as a contestant's. `/token/<name>/<lifetime s>/<latency ms>` issues a token
 * that says when it ends, `/counts/<name>` tells how many were asked for, `/api` answers any call.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeToken } from './fake-token.ts'

const counts = new Map<string, number>()
const fine = { 'content-type': 'application/json' }

const server = createServer((request, response) => {
  request.resume()
  const [, what, name = '', lifetime = '3600', latency = '0'] = (request.url ?? '').split('/')
  if (what === 'counts') {
    response.writeHead(200, fine).end(String(counts.get(name) ?? 0))
  } else if (what === 'token') {
    counts.set(name, (counts.get(name) ?? 0) + 1)
    request.once('end', () => {
      void issue(Number(lifetime), Number(latency)).then((body) => {
        response.writeHead(200, fine).end(body)
      })
    })
  } else {
    response.writeHead(200, fine).end('{"fine":true}')
  }
})

let issued = 0

async function issue(lifetimeSeconds: number, latencyMs: number): Promise<string> {
  if (latencyMs > 0) await wait(latencyMs)
  issued += 1
  const access_token = fakeToken(issued, Date.now() + lifetimeSeconds * 1000)
  return JSON.stringify({ access_token, token_type: 'Bearer', expires_in: lifetimeSeconds })
}

// Contestants keep their connections; a server that closes idle ones would be measured as well.
server.keepAliveTimeout = 600_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('disconnect', () => {
  process.exit()
})
