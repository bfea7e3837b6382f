/**
 * One contestant in a process of its own: prepares what it is told to, then answers a slice at a
 * time, so that the other contestants' slices come in between. Prints nothing.
 */
import { loadContestant } from './contestant.ts'
import type { Contestant, Operation } from './contestant.ts'
import { herd } from './herd.ts'
import { constantLoad } from './load.ts'
import { bytesPerToken } from './retained.ts'
import type { Answer, Order } from './protocol.ts'
import { Subject } from './timing.ts'
import { loopbackWorld, stubWorld } from './world.ts'

const subjects = new Map<string, Subject>()
const contestant = await loadContestant(process.argv[2] ?? '')
const origin = process.argv[3] ?? ''
const name = encodeURIComponent(process.argv[2] ?? '')

process.on('message', (order: Order) => {
  carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) =>
      process.send?.({ what: 'failed', reason: reasonOf(error) } satisfies Answer),
  )
})
process.on('disconnect', () => process.exit())
// Some contestants reject promises that nobody has a hand on; they are counted, not died of.
process.on('unhandledRejection', () => undefined)
process.send?.({ what: 'ready', names: [] } satisfies Answer)

async function carryOut(order: Order): Promise<Answer> {
  switch (order.what) {
    case 'hits':
      return ready({ hit: await filled(order.variant, order.keys) }, order.keys)
    case 'pairs':
      return ready(await pairs(order.over))
    case 'warm-up':
      for (const subject of subjects.values()) await subject.warmUp(order.ms)
      globalThis.gc?.()
      return { what: 'ready', names: [...subjects.keys()] }
    case 'slice':
      return { what: 'timed', timed: await subjectOf(order.name).slice(order.ms, order.lanes) }
    case 'bytes':
      return { what: 'number', value: await subjectOf(order.name).bytes() }
    case 'herd':
      return { what: 'herd', herd: await herd(getterOf(contestant), origin, order) }
    case 'memory':
      return { what: 'number', value: await retained(order.keys) }
    case 'load': {
      const world = loopbackWorld(origin, { name, ...order })
      const bound = () => contestant.bound?.(world, ['event'])
      const expiring = () => contestant.expiring?.(world)
      const getter = await (order.margin === 'usual'
        ? (bound() ?? expiring())
        : (expiring() ?? bound()))
      if (getter === undefined) throw new Error('gives no token')
      const ask = async () => String(contestant.textOf(await getter(0)))
      return { what: 'load', load: await constantLoad(ask, order) }
    }
  }
}

function ready(operations: Readonly<Record<string, Operation>>, keys = 1): Answer {
  subjects.clear()
  for (const [key, operation] of Object.entries(operations)) {
    subjects.set(key, new Subject(operation, keys))
  }
  return { what: 'ready', names: [...subjects.keys()] }
}

function audiences(keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, i) => (keys === 1 ? 'event' : `event-${i}`))
}

async function filled(variant: 'bound' | 'scoped', keys: number): Promise<Operation> {
  const operation = await contestant[variant]?.(stubWorld(origin, name), audiences(keys))
  if (operation === undefined) throw new Error(`has no ${variant} look-up`)
  await fill(operation, keys)
  return operation
}

/** Twenty at a time: contestants with a lock for all keys are slow enough. */
async function fill(operation: Operation, keys: number): Promise<void> {
  // A contestant that was filled through its own import has nothing left to ask for.
  for (let i = 0; i < keys && !('isFilled' in operation); i += 20) {
    const some = Array.from({ length: Math.min(20, keys - i) }, (_, n) => operation(i + n))
    await Promise.all(some)
  }
  const text = contestant.textOf(await operation(0))
  if (typeof text !== 'string' || text.length < 100) throw new Error('gave no token')
}

async function pairs(over: 'stub' | 'loopback'): Promise<Record<string, Operation>> {
  const world = over === 'stub' ? stubWorld(origin, name) : loopbackWorld(origin, { name })
  const operations: Record<string, Operation> = {}
  for (const pair of (await contestant.pairs?.(world)) ?? []) {
    operations[`${pair.name}|${pair.transport}|bare`] = pair.bare
    operations[`${pair.name}|${pair.transport}|wrapped`] = pair.wrapped
    await pair.bare(0)
    await pair.wrapped(0)
  }
  return operations
}

function retained(keys: number): Promise<number> {
  const names = audiences(keys)
  const look = contestant.cached ?? contestant.bound
  const make = async (count: number) => {
    const operation = await look?.(stubWorld(origin, name), names.slice(0, count))
    if (operation === undefined) throw new Error('gives no token')
    await fill(operation, count)
    return operation
  }
  return bytesPerToken(make, keys)
}

function getterOf(from: Contestant) {
  return async (herdName: string) => {
    const world = loopbackWorld(origin, { name: herdName })
    const getter = (await from.bound?.(world, ['event'])) ?? from.expiring?.(world)
    if (getter === undefined) throw new Error('gives no token')
    return getter
  }
}

function subjectOf(key: string): Subject {
  const subject = subjects.get(key)
  if (subject === undefined) throw new Error(`nothing was prepared as ${key}`)
  return subject
}

function reasonOf(error: unknown): string {
  return error instanceof Error
    ? (`${error.name}: ${error.message}`.split('\n')[0] ?? '')
    : 'failed'
}
