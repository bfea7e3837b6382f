/** The contract of a token store, tried on every one of ours: in memory, and in a real Redis. */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { redisTokenStore, sealedTokenStore } from 'm2m-tokens/redis'
import type { TokenStore } from 'm2m-tokens/redis'
import { memoryTokenStore, tokenStorePromises } from 'm2m-tokens/testing'
import { createClient } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startRedis } from '../support/redis-server.ts'

const key = () => randomBytes(32)

async function withIoredis(): Promise<Redis> {
  const { path } = await startRedis()
  const client = new Redis({ path })
  onTestFinished(() => {
    client.disconnect()
  })
  return client
}

async function withNodeRedis() {
  const { path } = await startRedis()
  const client = createClient({ socket: { path, tls: false } })
  await client.connect()
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

const stores: Readonly<Record<string, () => Promise<TokenStore>>> = {
  'in memory': () => Promise.resolve(memoryTokenStore()),
  'in memory, sealed': () => Promise.resolve(sealedTokenStore(memoryTokenStore(), key())),
  'in Redis, by ioredis': async () => redisTokenStore(await withIoredis(), { key: key() }),
  'in Redis, by node-redis': async () => redisTokenStore(await withNodeRedis(), { key: key() }),
  'in Redis, as plain text': async () =>
    redisTokenStore(await withIoredis(), { plaintext: true, prefix: 'other:' }),
}

describe.each(Object.entries(stores))('a token store %s', (_, start) => {
  it('keeps every promise, all of them at once', { timeout: 20_000 }, async () => {
    const store = await start()
    const ends = await Promise.allSettled(tokenStorePromises.map(({ run }) => run(store)))
    const broken = ends.flatMap((end, index) =>
      end.status === 'rejected' ? [`${tokenStorePromises[index]?.name}: ${end.reason}`] : [],
    )
    expect(broken).toEqual([])
    expect(ends.length).toBeGreaterThan(15)
  })
})

/** Stores that break one promise each: what must not pass. */
const broken: Readonly<Record<string, (store: TokenStore) => Partial<TokenStore>>> = {
  'keeps everything under one name': (store) => ({
    get: () => store.get('one'),
    set: (_, record, version) => store.set('one', record, version),
  }),
  'writes whatever comes late': (store) => ({
    set: async (name, record) => store.set(name, record, (await store.get(name)).version),
  }),
  'gives a lease to everybody': (store) => ({
    lease: async (name) => ({
      ...(await store.get(name)),
      lease: { holder: String(Math.random()), version: 1 },
    }),
  }),
  'deletes whatever is there': (store) => ({
    delete: async (name) => store.delete(name, (await store.get(name)).record?.id ?? ''),
  }),
  'forgets who gave up': (store) => ({
    release: (name, lease) => store.release(name, lease, 'done'),
  }),
  'gives every lease back to whoever asks': (store) => ({
    lease: async (name, ms, held) => ({ ...(await store.lease(name, ms, held)), lease: held }),
  }),
}

describe.each(Object.entries(broken))('a token store that %s', (_, breaking) => {
  it('is found out', async () => {
    const whole = memoryTokenStore()
    const methods = ['get', 'set', 'delete', 'lease', 'release'] as const
    const parts = Object.fromEntries(methods.map((name) => [name, whole[name].bind(whole)]))
    const store = { ...parts, ...breaking(whole) } as unknown as TokenStore
    // The first promise that is not kept will do: others may wait long for what never happens.
    const runs = tokenStorePromises.map(({ run }) => run(store))
    const broken = await Promise.race([
      ...runs.map((kept) => kept.then(() => new Promise<never>(() => undefined), String)),
      Promise.allSettled(runs).then(() => 'none'),
    ])
    expect(broken).toMatch('AssertionError')
  })
})
