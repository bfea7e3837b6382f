/**
 * Ten thousand callers for one token that nobody holds yet, against the least that could cost: one
 * request, and as many awaits of one promise. Both are taken in turn in the same process.
 */
import type { Operation } from './contestant.ts'

export interface Herd {
  readonly ms: number
  readonly floorMs: number
  readonly tokenRequests: number
  /** Callers whose call failed. */
  readonly failed: number
}

export interface HerdTerms {
  readonly callers: number
  /** Under which its token requests are counted. */
  readonly name: string
  /** Whoever goes second finds a warm process, so they take turns at that. */
  readonly isFloorFirst: boolean
}

export async function herd(
  getter: (name: string) => Promise<Operation>,
  origin: string,
  { callers, name, isFloorFirst }: HerdTerms,
): Promise<Herd> {
  const before = await counted(origin, name)
  const get = await getter(name)
  const early = isFloorFirst ? await timed(callers, oneRequest(origin)) : undefined
  const { ms, failed } = await released(callers, get)
  const floorMs = early ?? (await timed(callers, oneRequest(origin)))
  return { ms, floorMs, failed, tokenRequests: (await counted(origin, name)) - before }
}

async function released(callers: number, get: Operation): Promise<{ ms: number; failed: number }> {
  const start = performance.now()
  const ends = await Promise.allSettled(Array.from({ length: callers }, () => get(0)))
  const ms = performance.now() - start
  return { ms, failed: ends.filter(({ status }) => status === 'rejected').length }
}

async function timed(callers: number, promiseOf: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  const promise = promiseOf()
  await Promise.allSettled(Array.from({ length: callers }, () => promise))
  return performance.now() - start
}

function oneRequest(origin: string): () => Promise<unknown> {
  return async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bench' })
    const response = await fetch(`${origin}/token/floor/3600/0`, { method: 'POST', body })
    return response.json()
  }
}

/** Token requests that the endpoint has seen under this name. */
export async function counted(origin: string, name: string): Promise<number> {
  return Number(await (await fetch(`${origin}/counts/${name}`)).text())
}
