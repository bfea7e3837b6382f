/** What a scene is, and what scenes share: a fresh Task service, and calls in a steady stream. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../support/services.ts'
import type { Check } from './check.ts'
import type { CallOutcome, TaskService } from './task-service.ts'

export interface Stage {
  readonly services: Services
  /** Its cache is cold, and it is closed when the scene ends. */
  readonly newTaskService: () => TaskService
  /** Tells the spectator what is going on. */
  readonly say: (text: string) => void
  /** Has something shown at the end that is worth knowing and not judged. */
  readonly note: (text: string) => void
}

export interface Scene {
  readonly title: string
  readonly play: (stage: Stage) => Promise<readonly Check[]>
}

const betweenCallsMs = 20
const longestWaitMs = 12_000

/**
 * Calls both services every 20 ms, each call on its own, until `done`, or until a time by which it
 * must be; the checks that follow then say what is missing.
 */
export async function callSteadily(
  { createEvent, listFiles }: TaskService,
  done: () => boolean,
): Promise<readonly CallOutcome[]> {
  const outcomes: Promise<CallOutcome>[] = []
  const until = performance.now() + longestWaitMs
  while (!done() && performance.now() < until) {
    outcomes.push(createEvent(), listFiles())
    await delay(betweenCallsMs)
  }
  return Promise.all(outcomes)
}

export function countOk(outcomes: readonly CallOutcome[]): number {
  return outcomes.filter(({ ending }) => ending === 200).length
}

export function slowestMs(outcomes: readonly CallOutcome[]): number {
  return Math.ceil(Math.max(0, ...outcomes.map(({ tookMs }) => tookMs)))
}

/** How much `count` has grown since this was called. */
export function growthOf(count: () => number): () => number {
  const before = count()
  return () => count() - before
}
