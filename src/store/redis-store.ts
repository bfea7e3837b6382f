/**
 * The entry `m2m-tokens/redis`: tokens shared by way of Redis or Valkey, through the user's own
 * client. Sealed, unless the user says otherwise; nothing readable is ever written.
 */
import { FieldReader } from '../field-reader.ts'
import { commandOf } from './redis-client.ts'
import type { RedisClient } from './redis-client.ts'
import { RedisTokenStore } from './redis-token-store.ts'
import { sealedTokenStore } from './sealed-token-store.ts'
import type { SealingKey } from './sealing-key.ts'
import type { TokenStore } from './token-store.ts'

/** How tokens are kept: sealed under `key`, or, where that is said in so many words, as plain text. */
export type RedisTokenStoreOptions = RedisPrefixOption &
  (
    | {
        /**
         * 32 random bytes, or their base64 or hexadecimal text (`openssl rand -base64 32`). Of a
         * list, the first seals and all open: to change keys, first add the new one behind the old
         * one everywhere, then put it in front, then drop the old one.
         */
        readonly key: SealingKey | readonly SealingKey[] | undefined
        readonly plaintext?: false | undefined
      }
    | {
        readonly key?: undefined
        /** Keeps tokens readable for everybody who can read this Redis. Default false. */
        readonly plaintext: true
      }
  )

export interface RedisPrefixOption {
  /** Stands before every key; without braces. Default `m2m-tokens:`. */
  readonly prefix?: string | undefined
}

/**
 * A token store in Redis or Valkey: for `store` of a `TokenManager`, so that a fleet acts as one.
 *
 * @param client Yours, connected: `ioredis`, `redis` (node-redis), or anything with their `call` or
 *   `sendCommand`. It is never closed here.
 * @throws {ConfigurationError} `configuration_invalid`: no client, no key, or one of another length.
 * @example
 * ```ts
 * import { Redis } from 'ioredis'
 * import { redisTokenStore } from 'm2m-tokens/redis'
 *
 * const redis = new Redis({ host: 'redis.internal', lazyConnect: true })
 * export const store = redisTokenStore(redis, { key: process.env['TOKEN_STORE_KEY'] })
 * ```
 */
export function redisTokenStore(client: RedisClient, options: RedisTokenStoreOptions): TokenStore {
  const fields = new FieldReader(options, ['key', 'plaintext', 'prefix'], {
    what: 'store option',
    code: 'configuration_invalid',
  })
  const prefix = fields.text('prefix') ?? 'm2m-tokens:'
  if (/[{}]/.test(prefix)) throw fields.refusal('prefix', 'holds a brace, which a cluster reads')
  const store = new RedisTokenStore(commandOf(client), prefix)
  const key = fields.unknown('key') as SealingKey | readonly SealingKey[] | undefined
  if (!fields.boolean('plaintext', false)) return sealedTokenStore(store, key ?? '')
  if (key === undefined) return store
  throw fields.refusal('plaintext', 'is true, and there is a key; leave one of them out')
}

export { sealedTokenStore } from './sealed-token-store.ts'
export type { CallingClient, RedisClient, SendingClient } from './redis-client.ts'
export type { SealingKey } from './sealing-key.ts'
export type { Lease, StoredRecord, StoreEntry, TokenStore } from './token-store.ts'
