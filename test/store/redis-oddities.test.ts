/** Redis as it can be found: other people's keys, odd clients, late commands, restarts. */
import { Redis } from 'ioredis'
import { redisTokenStore } from 'm2m-tokens/redis'
import type { TokenStore } from 'm2m-tokens/redis'
import { tokenStorePromises } from 'm2m-tokens/testing'
import { createClient, RESP_TYPES } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startRedis } from '../support/redis-server.ts'
import type { RedisServer } from '../support/redis-server.ts'

const name = 'a'.repeat(43)
const plaintext = true as const
const record = (id: string, expiresInMs = 5_000) => ({ id, value: `fake-${id}`, expiresInMs })

function clientOf({ path }: RedisServer, options: object = {}): Redis {
  const client = new Redis({ path, ...options })
  client.on('error', () => undefined)
  onTestFinished(() => {
    client.disconnect()
  })
  return client
}

async function nodeClientOf({ path }: RedisServer, RESP: 2 | 3) {
  const client = createClient({ RESP, socket: { path, tls: false } })
  await client.connect()
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

describe('a client that', () => {
  const clients: Readonly<Record<string, (redis: RedisServer) => Promise<TokenStore>>> = {
    'gives numbers as texts': (redis) =>
      Promise.resolve(redisTokenStore(clientOf(redis, { stringNumbers: true }), { plaintext })),
    'has a prefix of its own': (redis) =>
      Promise.resolve(redisTokenStore(clientOf(redis, { keyPrefix: 'own:' }), { plaintext })),
    'sends many commands as one': (redis) =>
      Promise.resolve(
        redisTokenStore(clientOf(redis, { enableAutoPipelining: true }), { plaintext }),
      ),
    'speaks RESP 3': async (redis) => redisTokenStore(await nodeClientOf(redis, 3), { plaintext }),
    'gives bytes': async (redis) => {
      const client = await nodeClientOf(redis, 2)
      const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
      return redisTokenStore(bytes, { plaintext })
    },
  }

  it.each(Object.entries(clients))('%s keeps every promise', async (_, start) => {
    const store = await start(await startRedis())
    const ends = await Promise.allSettled(tokenStorePromises.map(({ run }) => run(store)))
    expect(ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []))).toEqual(
      [],
    )
  })
})

describe('what others have put under our keys', () => {
  const record_ = `m2m-tokens:{${name}}`

  it.each<[string, (client: Redis) => Promise<unknown>]>([
    ['a list for a record', (client) => client.rpush(record_, 'x')],
    ['a text for a history', (client) => client.set(`${record_}:history`, 'x')],
    ['a set for a lease', (client) => client.sadd(`${record_}:lease`, 'x')],
    ['a lease without an end', (client) => client.set(`${record_}:lease`, 'x')],
    ['a version that is none', (client) => client.hset(`${record_}:history`, 'n', 'abc')],
    ['a deletion in the far future', (client) => client.hset(`${record_}:history`, 'd', '1e300')],
    ['a write of half a version', (client) => client.hset(`${record_}:history`, 'w', '1.5')],
  ])('heals by itself: %s', async (_, spoil) => {
    const redis = await startRedis()
    const client = clientOf(redis)
    await spoil(client)
    const store = redisTokenStore(client, { plaintext })
    const { lease } = await store.lease(name, 1_000)
    expect(lease).toBeDefined()
    expect(await store.set(name, record('a'), lease?.version ?? 0)).toBe(true)
    expect((await store.get(name)).record?.value).toBe('fake-a')
  })
})

describe('a write', () => {
  it('that Redis runs late ends when it was meant to', async () => {
    const redis = await startRedis()
    const store = redisTokenStore(clientOf(redis), { plaintext })
    const { version } = await store.get(name)
    redis.pause()
    const writing = store.set(name, record('a', 300), version)
    await new Promise((resolve) => setTimeout(resolve, 200))
    redis.resume()
    expect(await writing).toBe(true)
    expect((await store.get(name)).record?.expiresInMs).toBeLessThanOrEqual(110)
  })

  it('that Redis runs too late is none', async () => {
    const redis = await startRedis()
    const store = redisTokenStore(clientOf(redis), { plaintext })
    const { version } = await store.get(name)
    redis.pause()
    const writing = store.set(name, record('a', 100), version)
    await new Promise((resolve) => setTimeout(resolve, 150))
    redis.resume()
    expect(await writing).toBe(false)
  })

  it('from before a restart undoes nothing that was written after it', async () => {
    const redis = await startRedis()
    const options = { retryStrategy: () => 5, maxRetriesPerRequest: null }
    const store = redisTokenStore(clientOf(redis, options), { plaintext })
    const before = await store.lease(name, 1_000)
    await redis.kill()
    await redis.start()
    const after = await store.lease(name, 1_000)
    expect(await store.set(name, record('new'), after.lease?.version ?? 0)).toBe(true)
    expect(await store.set(name, record('old'), before.lease?.version ?? 0)).toBe(false)
    expect((await store.get(name)).record?.id).toBe('new')
  })

  it('of a long life keeps its history for as long, whatever comes after', async () => {
    const redis = await startRedis()
    const client = clientOf(redis)
    const store = redisTokenStore(client, { plaintext })
    const week = 7 * 24 * 3600 * 1000
    await store.set(name, record('a', week), 0)
    const { lease } = await store.lease(name, 10)
    if (lease !== undefined) await store.release(name, lease, 'failed')
    expect(await client.pttl(`m2m-tokens:{${name}}:history`)).toBeGreaterThan(week)
  })
})

describe('the options of the store', () => {
  const client = { call: () => Promise.resolve() }

  it.each(['{}:', 'a{b', '}'])('refuse the prefix %s, which a cluster reads', (prefix) => {
    expect(() => redisTokenStore(client, { plaintext, prefix })).toThrow('holds a brace')
  })

  it.each([
    ['a passphrase that looks like base64', 'correct_horse_battery_staple_correct_horse_'],
    ['63 hexadecimal digits', 'a'.repeat(63)],
    ['66 hexadecimal digits', 'a'.repeat(66)],
    ['64 of them with a letter too far', `${'a'.repeat(63)}g`],
  ])('refuse the key that is %s', (_, key) => {
    expect(() => redisTokenStore(client, { key })).toThrow(
      /neither base64 nor|hexadecimal digits, and must have 64|bytes long, and must be 32/,
    )
  })

  it('take a key with 0x in front', () => {
    expect(redisTokenStore(client, { key: `0x${'0a'.repeat(32)}` })).toBeDefined()
  })
})
