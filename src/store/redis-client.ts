/**
 * The user's own Redis client, as little of it as is needed: something that sends a command. It is
 * never made, configured or closed here.
 */
import { ConfigurationError } from '../errors.ts'
import { kind } from '../field-reader.ts'

/** ioredis, and what looks like it. */
export interface CallingClient {
  call(command: string, ...words: string[]): Promise<unknown>
}

/** node-redis, and what looks like it. */
export interface SendingClient {
  sendCommand(words: readonly string[]): Promise<unknown>
}

/** A client of Redis or Valkey: `ioredis`, `redis` (node-redis), or your own with one such method. */
export type RedisClient = CallingClient | SendingClient

export type SendCommand = (words: readonly string[]) => Promise<unknown>

/** @throws {ConfigurationError} `configuration_invalid` */
export function commandOf(client: unknown): SendCommand {
  const { call, sendCommand } = Object(client) as Record<string, unknown>
  // ioredis has both, and its sendCommand wants an object.
  if (typeof call === 'function') {
    return (words) => Promise.resolve(call.apply(client, [...words]))
  }
  if (typeof sendCommand === 'function') {
    return (words) => Promise.resolve(sendCommand.call(client, [...words]))
  }
  throw new ConfigurationError(
    'configuration_invalid',
    `redisTokenStore needs a client of ioredis or node-redis, with a function 'call' or 'sendCommand', not ${kind(client)}`,
    { field: 'client' },
  )
}
