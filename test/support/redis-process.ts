/**
 * A real Redis: in memory, on a socket in a folder of its own. It can be killed and started again,
 * and everything in it can be read.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export interface RedisProcess {
  /** The socket: `path` of ioredis, `socket.path` of node-redis. */
  readonly path: string
  /** As a crash would: nothing is kept. */
  readonly kill: () => Promise<void>
  /** An empty one, at the same place. */
  readonly start: () => Promise<void>
  /** Stops answering, without closing anything; `resume` goes on. */
  readonly pause: () => void
  readonly resume: () => void
  /** Every key and every value, as one text. */
  readonly dump: () => Promise<string>
  /** Kills it, and removes its folder. */
  readonly remove: () => Promise<void>
}

/** Needs `redis-server` or `valkey-server` on the PATH. */
export async function launchRedis(): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const path = join(folder, 's')
  let running: ChildProcess | undefined
  const server: RedisProcess = {
    path,
    kill: async () => {
      const child = running
      running = undefined
      if (child === undefined || child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    start: async () => {
      running = await launch(path)
    },
    pause: () => {
      running?.kill('SIGSTOP')
    },
    resume: () => {
      running?.kill('SIGCONT')
    },
    dump: () => dumpOf(path),
    remove: async () => {
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

async function launch(path: string): Promise<ChildProcess> {
  const words = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no']
  for (const program of ['redis-server', 'valkey-server']) {
    const child = spawn(program, words, { stdio: 'ignore' })
    const isThere = await new Promise<boolean>((resolve) => {
      child.once('spawn', () => {
        resolve(true)
      })
      child.once('error', () => {
        resolve(false)
      })
    })
    if (!isThere) continue
    await untilItAnswers(path)
    return child
  }
  throw new Error('these tests need Redis: apt-get install redis-server (or valkey-server)')
}

async function untilItAnswers(path: string): Promise<void> {
  const client = new Redis({ path, retryStrategy: () => 10, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  try {
    await client.ping()
  } finally {
    client.disconnect()
  }
}

async function dumpOf(path: string): Promise<string> {
  const client = new Redis({ path })
  try {
    const keys = await client.keys('*')
    const values = await Promise.all(
      keys.map(async (key) =>
        (await client.type(key)) === 'hash' ? client.hgetall(key) : client.get(key),
      ),
    )
    return JSON.stringify([keys, values])
  } finally {
    client.disconnect()
  }
}
