/**
 * Runs an operation many times and tells what one of them took. Each operation has a loop compiled
 * for it alone: in a shared one, the first contestant's shape would be what the compiler optimizes
 * for, and all later ones would pay.
 */
import { getHeapStatistics } from 'node:v8'
import type { Operation } from './contestant.ts'

type Loop = (times: number) => Promise<void>

export interface Timed {
  readonly ns: number
  readonly cpuNs: number
  readonly times: number
}

let loops = 0

/** Awaits `operation` over and over, once at a time, through all of `order` and around. */
function loopOver(operation: Operation, order: Int32Array): Loop {
  loops += 1
  const text = `
    // loop ${loops}
    let at = 0
    return async (times) => {
      for (let n = 0; n < times; n += 1) {
        await operation(order[at])
        at = at + 1 === order.length ? 0 : at + 1
      }
    }`
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- a loop of its own, see above
  return new Function('operation', 'order', text)(operation, order) as Loop
}

export class Subject {
  readonly #loop: Loop
  readonly #operation: Operation
  /** What one slice of the length asked for last came to. */
  #perMs = 0

  constructor(operation: Operation, keys = 1) {
    this.#operation = operation
    this.#loop = loopOver(operation, shuffled(keys))
  }

  /** Until the compiler has seen it often enough; ends early where one operation is slow. */
  async warmUp(ms: number): Promise<void> {
    const start = performance.now()
    let times = 0
    for (let batch = 1; performance.now() - start < ms && times < 400_000; times += batch / 2) {
      await this.#loop(batch)
      batch = Math.min(batch * 2, 20_000)
    }
    this.#perMs = 0
  }

  /** About `ms` of it, `lanes` at the same time. */
  async slice(ms: number, lanes = 1): Promise<Timed> {
    if (this.#perMs === 0) this.#perMs = await this.#rate(lanes)
    const times = Math.max(lanes, Math.round(this.#perMs * ms))
    const cpu = process.cpuUsage()
    const start = performance.now()
    await (lanes === 1 ? this.#loop(times) : this.#inLanes(times, lanes))
    const took = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    this.#perMs = times / took
    return { ns: (took * 1e6) / times, cpuNs: ((user + system) * 1000) / times, times }
  }

  /**
   * Bytes allocated by one operation. The young generation is so large (see the crew) that nothing is
   * collected meanwhile; were it, the reading would be too small, and the median leaves it out.
   */
  async bytes(): Promise<number> {
    let times = 50
    let each = await this.#allocated(times)
    times = Math.min(50_000, Math.max(20, Math.floor(60_000_000 / Math.max(each, 100))))
    each = await this.#allocated(times)
    return each
  }

  async #allocated(times: number): Promise<number> {
    globalThis.gc?.()
    const before = getHeapStatistics().used_heap_size
    await this.#loop(times)
    return (getHeapStatistics().used_heap_size - before) / times
  }

  async #rate(lanes: number): Promise<number> {
    const start = performance.now()
    let times = 0
    for (; performance.now() - start < 3; times += lanes) await this.#inLanes(lanes, lanes)
    return times / (performance.now() - start)
  }

  async #inLanes(times: number, lanes: number): Promise<void> {
    let left = times
    const lane = async () => {
      for (; left > 0;) {
        left -= 1
        await this.#operation(0)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }
}

/** Every key once, in an order that no cache line can guess; the same one in every run. */
function shuffled(keys: number): Int32Array {
  const order = Int32Array.from({ length: keys }, (_, i) => i)
  let seed = 42
  for (let i = keys - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    const j = seed % (i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  return order
}
