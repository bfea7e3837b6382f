/**
 * Real processes, one real Redis, one slow token endpoint, tokens of three seconds: how many token
 * requests does a fleet make, in good times and in bad? Prints a table and exits 1 where a promise
 * does not hold. `--seconds N` for each row, default 60; `--processes N`, default 16.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { launchRedis } from '../test/support/redis-process.ts'
import type { RedisProcess } from '../test/support/redis-process.ts'
import { troubles } from './fleet/fleet-plan.ts'
import type { MemberCount, MemberTask, Trouble } from './fleet/fleet-plan.ts'
import { startSlowServer } from './fleet/slow-server.ts'
import type { SlowServer } from './fleet/slow-server.ts'

const lifetimeSeconds = 3
const latencyMs = 300
/** The design: renewal starts half of so short a life before its end. */
const periodSeconds = lifetimeSeconds / 2
const audiences = ['event', 'file', 'mail']
const key = randomBytes(32).toString('base64')
const member = fileURLToPath(new URL('fleet/member.ts', import.meta.url))

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    processes: { type: 'string', default: '16' },
  },
})

interface World {
  readonly server: SlowServer
  readonly redis: RedisProcess
  readonly seconds: number
}

interface Row {
  readonly name: string
  readonly requests: number
  /** Token requests for each key and renewal period: 1 is what one process would make. */
  readonly perPeriod: number
  readonly members: number
  readonly counts: readonly MemberCount[]
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

async function play(trouble: Trouble, { server, redis, seconds }: World): Promise<Row> {
  const task: MemberTask = {
    tokenEndpoint: server.tokenEndpoint,
    redis: trouble.withStore ? redis.path : '',
    key,
    audiences,
    everyMs: 20,
  }
  const start = () => fork(member, [JSON.stringify(task)])
  const fleet = new Set(Array.from({ length: trouble.members }, start))
  // What is measured is the going on, not the start.
  await Promise.all([...fleet].map((child) => once(child, 'message')))
  server.forget()
  const plans = [...away(trouble, redis, seconds), ...killing(trouble, { server, seconds, fleet })]
  await Promise.all([...plans, wait(seconds)])
  const requests = server.requests()
  const counts = await Promise.all([...fleet].map(countOf))
  const perPeriod = requests / (audiences.length * (seconds / periodSeconds))
  return { name: trouble.name, requests, perPeriod, members: fleet.size, counts }
}

function away(trouble: Trouble, redis: RedisProcess, seconds: number): readonly Promise<void>[] {
  if (trouble.redisAway === undefined) return []
  const [from, to] = trouble.redisAway
  return [wait(from * seconds).then(redis.kill), wait(to * seconds).then(redis.start)]
}

/** Whoever asks next is killed while the server takes its time: it holds the lease then. */
function killing(
  { holdersKilled = [] }: Trouble,
  {
    server,
    seconds,
    fleet,
  }: Pick<World, 'server' | 'seconds'> & { readonly fleet: Set<ChildProcess> },
): readonly Promise<void>[] {
  return holdersKilled.map(async (part) => {
    await wait(part * seconds)
    const pid = await new Promise<number>((resolve) => {
      server.nextAsker(resolve)
    })
    const holder = [...fleet].find((child) => child.pid === pid)
    if (holder === undefined) return
    fleet.delete(holder)
    holder.kill('SIGKILL')
  })
}

async function countOf(child: ChildProcess): Promise<MemberCount> {
  const told = once(child, 'message') as Promise<[MemberCount]>
  child.send('stop')
  const [count] = await told
  return count
}

function sum(
  row: Row,
  name: 'calls' | 'expired' | 'waits' | 'storeHits' | 'storeFailures',
): number {
  return row.counts.reduce((total, count) => total + count[name], 0)
}

function lineOf(row: Row): string {
  const errors = row.counts.flatMap((count) => count.errors)
  const worst = Math.max(...row.counts.map(({ worstMs }) => worstMs))
  const cells = [
    row.name.padEnd(22),
    String(row.members).padStart(9),
    String(sum(row, 'calls')).padStart(8),
    String(row.requests).padStart(8),
    row.perPeriod.toFixed(2).padStart(10),
    String(sum(row, 'expired')).padStart(7),
    String(errors.length).padStart(6),
    String(sum(row, 'waits')).padStart(10),
    worst.toFixed(0).padStart(8),
    String(sum(row, 'storeHits')).padStart(10),
    String(sum(row, 'storeFailures')).padStart(14),
  ]
  return [cells.join(' '), ...new Set(errors)].join('\n    ')
}

const [seconds, members] = [Number(values.seconds), Number(values.processes)]
const world: World = {
  server: await startSlowServer({ lifetimeSeconds, latencyMs }),
  redis: await launchRedis(),
  seconds,
}
console.log(
  `${members} processes, ${audiences.length} keys, tokens of ${lifetimeSeconds} s, an endpoint that ` +
    `takes ${latencyMs} ms, ${seconds} s each. Per period: token requests for each key and ` +
    `${periodSeconds} s, after which such a token is renewed.\n`,
)
console.log(
  'fleet                  processes    calls requests per period expired errors waits>50ms worst ms store hits store failures',
)
const rows: Row[] = []
try {
  for (const trouble of troubles(members, seconds)) {
    const row = await play(trouble, world)
    rows.push(row)
    console.log(lineOf(row))
  }
} finally {
  world.server.close()
  await world.redis.remove()
}

const broken = rows.flatMap((row) => [
  ...(sum(row, 'expired') > 0 ? [`${row.name}: tokens were handed out that had ended`] : []),
  ...(row.counts.some(({ errors }) => errors.length > 0) ? [`${row.name}: calls failed`] : []),
])
const shared = rows.find(({ name }) => name === 'a store')
if (shared !== undefined && shared.perPeriod > 1.1) {
  broken.push(`a store: ${shared.perPeriod.toFixed(2)} token requests for each key and period`)
}
for (const line of broken) console.error(line)
console.log(broken.length === 0 ? '\nevery promise holds' : `\n${broken.length} promises broken`)
process.exitCode = broken.length === 0 ? 0 : 1
