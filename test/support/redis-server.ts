/** A real Redis for one test, gone with it. */
import { onTestFinished } from 'vitest'
import { launchRedis } from './redis-process.ts'
import type { RedisProcess } from './redis-process.ts'

export type RedisServer = Omit<RedisProcess, 'remove'>

/** Needs `redis-server` or `valkey-server` on the PATH. */
export async function startRedis(): Promise<RedisServer> {
  const redis = await launchRedis()
  onTestFinished(redis.remove)
  return redis
}
