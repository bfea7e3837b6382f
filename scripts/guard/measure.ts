/**
 * Counts what the built package does: token requests of a herd, bytes and CPU of a hit. Runs in a
 * process of its own with a young generation that is not collected meanwhile (see guard.ts).
 */
import { pathToFileURL } from 'node:url'
import type * as Package from '../../src/index.ts'
import { fakeToken } from '../../test/bench/fake-token.ts'
import { bytesPerToken } from '../../test/bench/retained.ts'
import { Subject } from '../../test/bench/timing.ts'
import type { Cost, Measures } from './measures.ts'

const { TokenManager } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as typeof Package

let requests = 0

/** Answers token requests and, with one answer for all, every other call. */
const answer = new Response(null)
const stub: typeof globalThis.fetch = (input) => {
  const place = typeof input === 'string' ? input : 'url' in input ? input.url : input.href
  if (place !== 'https://issuer.example/token') return Promise.resolve(answer)
  requests += 1
  const body = { access_token: 'fake'.repeat(150), token_type: 'Bearer', expires_in: 86_400 }
  return Promise.resolve(Response.json(body))
}

const tokens = new TokenManager({
  tokenEndpoint: 'https://issuer.example/token',
  clientId: 'guard',
  clientSecret: 'fake-secret',
  fetch: stub,
})

await Promise.all(Array.from({ length: 10_000 }, () => tokens.getToken('event', ['a', 'b'])))
const herd = requests

const source = tokens.for({
  audience: 'event',
  scopes: ['a', 'b'],
  origins: ['https://api.example'],
})
const held = new Map([['event', Promise.resolve(await source.getToken())]])
const endsAt = Date.now() + 86_400_000

const subjects = {
  floor: new Subject(() => {
    const promise = held.get('event')
    return Date.now() < endsAt ? promise : undefined
  }),
  bound: new Subject(() => source.getToken()),
  scoped: new Subject(() => tokens.getToken('event', ['a', 'b'])),
  bare: new Subject(() => stub('https://api.example/v1')),
  wrapped: new Subject(() => source.fetch('https://api.example/v1')),
}

for (const subject of Object.values(subjects)) await subject.warmUp(400)

const cpu = { floor: Infinity, bound: Infinity, scoped: Infinity }
for (let round = 0; round < 15; round += 1) {
  for (const name of ['floor', 'bound', 'scoped'] as const) {
    cpu[name] = Math.min(cpu[name], (await subjects[name].slice(20)).cpuNs)
  }
}

/** A manager that holds a token for each of so many audiences. */
async function holding(keys: number): Promise<unknown> {
  let issued = 0
  const many = new TokenManager({
    tokenEndpoint: 'https://issuer.example/token',
    clientId: 'guard',
    clientSecret: 'fake-secret',
    maxEntries: keys,
    fetch: () => {
      issued += 1
      const text = fakeToken(issued, Date.now())
      const body = { access_token: text, token_type: 'Bearer', expires_in: 86_400 }
      return Promise.resolve(Response.json(body))
    },
  })
  for (let key = 0; key < keys; key += 1) {
    await many.getToken(`https://service-${key}.example`, ['a', 'b'])
  }
  return many
}

async function bytesOf(subject: Subject): Promise<number> {
  const samples: number[] = []
  for (let n = 0; n < 5; n += 1) samples.push(await subject.bytes())
  return samples.toSorted((a, b) => a - b)[2] ?? Number.NaN
}

async function costOf(name: keyof typeof cpu): Promise<Cost> {
  return { bytes: await bytesOf(subjects[name]), cpuNs: cpu[name] }
}

const measures: Measures = {
  floor: await costOf('floor'),
  bound: await costOf('bound'),
  scoped: await costOf('scoped'),
  fetch: (await bytesOf(subjects.wrapped)) - (await bytesOf(subjects.bare)),
  herd,
  perKey: await bytesPerToken(holding, 20_000),
}
console.log(JSON.stringify(measures))
await tokens.close()
