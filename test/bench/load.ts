/**
 * Constant load over many ends of a short token: how long callers wait, and whether a token is
 * handed out that has ended. Calls come by the clock, whether the ones before are answered or not.
 */
import { endOf } from './fake-token.ts'
import { quantile } from './statistics.ts'

export interface Load {
  readonly calls: number
  /** Calls after the first token that took longer than 50 ms. */
  readonly waits: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly expired: number
  readonly failed: number
}

export interface LoadTerms {
  readonly callsPerSecond: number
  readonly seconds: number
}

export async function constantLoad(
  ask: () => Promise<string>,
  { callsPerSecond, seconds }: LoadTerms,
): Promise<Load> {
  await ask()
  const took: number[] = []
  let [expired, failed] = [0, 0]
  const one = async () => {
    const start = performance.now()
    try {
      const token = await ask()
      if (Date.now() >= endOf(token)) expired += 1
    } catch {
      failed += 1
    }
    took.push(performance.now() - start)
  }
  const calls: Promise<void>[] = []
  const start = performance.now()
  for (let now = start; now - start < seconds * 1000; now = performance.now()) {
    const due = Math.floor(((now - start) / 1000) * callsPerSecond)
    while (calls.length < due) calls.push(one())
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(calls)
  const sorted = took.toSorted((a, b) => a - b)
  return {
    calls: calls.length,
    waits: took.filter((ms) => ms > 50).length,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    expired,
    failed,
  }
}
