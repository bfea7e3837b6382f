/** Tokens in a real Redis, by both clients: sealed, gone with their lives, and no loss when it dies. */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { TokenManager, TokenStore } from 'm2m-tokens'
import { redisTokenStore, sealedTokenStore } from 'm2m-tokens/redis'
import type { RedisTokenStoreOptions } from 'm2m-tokens/redis'
import { createClient } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { heard } from '../support/fleet.ts'
import { until } from '../support/loopback-server.ts'
import { startRedis } from '../support/redis-server.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { some } from '../support/some.ts'
import { createManager } from '../support/start.ts'

const key = randomBytes(32).toString('base64')

function ioredisOf({ path }: RedisServer): Redis {
  const client = new Redis({ path, retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  onTestFinished(() => {
    client.disconnect()
  })
  return client
}

async function nodeRedisOf({ path }: RedisServer) {
  const client = createClient({ socket: { path, tls: false, reconnectStrategy: 20 } })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => {
    client.destroy()
  })
  return client
}

const clients: Readonly<
  Record<string, (redis: RedisServer, options: RedisTokenStoreOptions) => Promise<TokenStore>>
> = {
  ioredis: (redis, options) => Promise.resolve(redisTokenStore(ioredisOf(redis), options)),
  'node-redis': async (redis, options) => redisTokenStore(await nodeRedisOf(redis), options),
}

/** Until a token has been written there, which is behind its caller. */
async function written(redis: RedisServer, tokens: TokenManager): Promise<string> {
  const { accessToken } = await tokens.getToken('the-audience', ['the.scope'])
  const client = ioredisOf(redis)
  let keys: readonly string[] = []
  await until(() => {
    client.keys('*').then((found) => {
      keys = found
    }, String)
    return keys.some((name) => name.endsWith('}'))
  })
  return accessToken
}

describe.each(Object.entries(clients))('a fleet that shares by %s', (_, storeOf) => {
  it('makes one token request', async () => {
    const [redis, server] = [await startRedis(), await startAuthorizationServer()]
    const fleet = await Promise.all(
      Array.from({ length: 6 }, async () =>
        createManager(server, { store: await storeOf(redis, { key }), random: Math.random }),
      ),
    )
    const answers = await Promise.all(fleet.map((tokens) => tokens.getToken('event')))
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(server.requests).toHaveLength(1)
  })

  it('leaves nothing readable', async () => {
    const [redis, server] = [await startRedis(), await startAuthorizationServer()]
    const tokens = createManager(server, { store: await storeOf(redis, { key }) })
    const text = await written(redis, tokens)
    const dump = await redis.dump()
    expect(dump).toContain('m2m-tokens:{')
    const secrets = [text, some.secret, some.clientId, 'the-audience', 'the.scope', key]
    for (const secret of [...secrets, server.tokenEndpoint, '127.0.0.1']) {
      expect(dump).not.toContain(secret)
      expect(dump).not.toContain(Buffer.from(secret).toString('base64url').slice(0, -2))
      expect(dump).not.toContain(Buffer.from(secret).toString('hex'))
    }
  })

  it('goes on while it is dead, and shares again when it is back', async () => {
    const [redis, server] = [await startRedis(), await startAuthorizationServer()]
    const make = async () =>
      createManager(server, { store: await storeOf(redis, { key }), storeTimeoutMs: 100 })
    const [one, other, third] = await Promise.all([make(), make(), make()])
    await written(redis, one)
    await redis.kill()
    await one.getToken('event')
    await other.getToken('event')
    expect(server.requests).toHaveLength(3)
    await redis.start()
    await third.getToken('file')
    // Whoever had not noticed shares at once; the others when their circuits close.
    await until(() => server.requests.length >= 4)
    expect(await redis.dump()).toBeDefined()
  })

  it('waits a quarter of a second at most for one that does not answer', async () => {
    const failed = heard('store-failed')
    const [redis, server] = [await startRedis(), await startAuthorizationServer()]
    const tokens = createManager(server, { store: await storeOf(redis, { key }) })
    redis.pause()
    await tokens.getToken('event')
    redis.resume()
    expect(failed).toMatchObject([{ operation: 'get', reason: 'timeout' }])
    expect(Number(failed[0]?.['durationMs'])).toBeLessThan(1_000)
  })
})

describe('a key', () => {
  const other = randomBytes(32).toString('base64url')

  /** What a process with `second` gets after one with `first` has left a token. */
  async function handedOver(first: RedisTokenStoreOptions, second: RedisTokenStoreOptions) {
    const [redis, server] = [await startRedis(), await startAuthorizationServer()]
    const store = redisTokenStore(ioredisOf(redis), first)
    const text = await written(redis, createManager(server, { store }))
    const later = createManager(server, { store: redisTokenStore(ioredisOf(redis), second) })
    const token = await later.getToken('the-audience', ['the.scope'])
    return token.accessToken === text
  }

  it('opens what it has sealed, in whatever spelling it is given', async () => {
    const bytes = Buffer.from(key, 'base64')
    expect(await handedOver({ key }, { key: bytes })).toBe(true)
    expect(await handedOver({ key: bytes.toString('hex') }, { key: `${key}\n` })).toBe(true)
    expect(await handedOver({ key: bytes.toString('base64url') }, { key })).toBe(true)
  })

  it('of another makes a miss', async () => {
    expect(await handedOver({ key }, { key: other })).toBe(false)
  })

  it('is changed in three steps, without a miss', async () => {
    expect(await handedOver({ key }, { key: [key, other] })).toBe(true)
    expect(await handedOver({ key: [key, other] }, { key: [other, key] })).toBe(true)
    expect(await handedOver({ key: [other, key] }, { key: [key, other] })).toBe(true)
    expect(await handedOver({ key: [other, key] }, { key: other })).toBe(true)
    expect(await handedOver({ key: [other, key] }, { key })).toBe(false)
  })

  it('is not needed for plain text, which a sealing process does not take', async () => {
    const plaintext = true as const
    expect(await handedOver({ plaintext }, { plaintext })).toBe(true)
    expect(await handedOver({ plaintext }, { key })).toBe(false)
    expect(await handedOver({ key }, { plaintext })).toBe(false)
  })

  it.each([
    ['none', undefined, 'is missing'],
    ['an empty text', '', 'is missing'],
    ['an empty list', [], 'is an empty list'],
    ['a passphrase', 'fake correct horse battery', 'neither base64 nor hexadecimal'],
    ['too few bytes', 'c2hvcnQ', 'is 5 bytes long, and must be 32'],
    ['too many bytes', randomBytes(33), 'is 33 bytes long'],
    ['a number', 7, 'must be 32 bytes or their text, not a number'],
    ['the same twice', [key, Buffer.from(key, 'base64')], 'the same key twice'],
    ['a second one that is missing', [key, undefined], '2 is missing'],
  ])('is refused: %s', (_, wrong, problem) => {
    const make = () =>
      redisTokenStore({ sendCommand: () => Promise.resolve() }, { key: wrong as '' })
    expect(make).toThrow(problem)
    expect(make).toThrow(expect.objectContaining({ code: 'configuration_invalid', field: 'key' }))
    expect(make).not.toThrow(/c2hvcnQ|fake correct|openssl.*openssl/)
    expect(() => sealedTokenStore(redisStore(), wrong as '')).toThrow(problem)
  })

  it('beside plaintext is refused, and so is what is no client', () => {
    const client = { sendCommand: () => Promise.resolve() }
    const both = { key, plaintext: true } as unknown as RedisTokenStoreOptions
    expect(() => redisTokenStore(client, both)).toThrow('leave one of them out')
    expect(() => redisTokenStore({} as never, { key })).toThrow("'call' or 'sendCommand'")
    expect(() => redisTokenStore(undefined as never, { key })).toThrow('not undefined')
    const misspelt = { keys: key } as unknown as RedisTokenStoreOptions
    expect(() => redisTokenStore(client, misspelt)).toThrow("did you mean 'key'?")
  })
})

function redisStore(): TokenStore {
  return redisTokenStore({ call: () => Promise.resolve() }, { plaintext: true })
}
