/** One expectation of a scene beside what was seen. Pure. */
import { number } from './drawing.ts'

export interface Check {
  readonly what: string
  readonly expected: string
  readonly seen: string
  readonly holds: boolean
}

export function exactly<Value extends number | string>(
  what: string,
  expected: Value,
  seen: Value,
): Check {
  return { what, expected: shown(expected), seen: shown(seen), holds: expected === seen }
}

export function atLeast(what: string, least: number, seen: number): Check {
  return { what, expected: `at least ${number(least)}`, seen: shown(seen), holds: seen >= least }
}

/** That a thing which should have happened every time did, and that it happened at all. */
export function always(what: string, times: number, outOf: number): Check {
  const seen = `${number(times)} of ${number(outOf)}`
  return { what, expected: 'all', seen, holds: outOf > 0 && times === outOf }
}

/** For a scene that could not be played to its end. */
export function playedToTheEnd(error: unknown): Check {
  const seen = error instanceof Error ? `${error.name}: ${error.message}` : 'an error'
  return { what: 'the scene could be played', expected: 'yes', seen, holds: false }
}

function shown(value: number | string): string {
  return typeof value === 'number' ? number(value) : value
}
