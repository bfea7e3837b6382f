/** What this process holds: memory after a collection, sockets, timers. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of heap in use after garbage has been collected. */
export function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

export interface OpenResources {
  readonly sockets: number
  readonly timers: number
}

/** Connections, both ends counted, and timers that keep this process alive. */
export function openResources(): OpenResources {
  const names = process.getActiveResourcesInfo()
  const count = (name: string) => names.filter((found) => found === name).length
  return { sockets: count('TCPSocketWrap'), timers: count('Timeout') }
}

/** What is still open when idle connections have had the time to end by themselves. */
export async function lastingResources(patienceMs: number): Promise<OpenResources> {
  const deadline = performance.now() + patienceMs
  let open = openResources()
  while (performance.now() < deadline && open.sockets + open.timers > 0) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    open = openResources()
  }
  return open
}
