/**
 * From a lifetime to three instants: when renewal starts, when the token is no longer handed out,
 * when it ends. Both windows shrink with the lifetime, so that a token of one second is used, not
 * asked for on every call. Pure: the instant and the dice are arguments.
 */
import type { Instant } from '../clock.ts'

const shortestAheadMs = 5_000
const longestAheadMs = 900_000
const longestMarginMs = 30_000

/** What the user set; undefined means the proportional default. */
export interface RenewalWindows {
  readonly renewAheadMs?: number | undefined
  readonly expiryMarginMs?: number | undefined
}

export interface Lifetime {
  /** When the request for the token started, not when the answer came. */
  readonly startedAt: Instant
  readonly lifetimeMs: number
  /** The server's advice when to renew, counted from the start (`refresh_in`). */
  readonly refreshInMs?: number | undefined
}

export interface RenewalPlan {
  readonly renewAt: Instant
  readonly unusableAt: Instant
  readonly expiresAt: Instant
}

/** @param dice A number from 0 to 1, drawn once per token: drawn per call, the earliest would win. */
export function planRenewal(life: Lifetime, windows: RenewalWindows, dice: number): RenewalPlan {
  const { startedAt, lifetimeMs, refreshInMs } = life
  const marginMs = Math.min(windows.expiryMarginMs ?? longestMarginMs, lifetimeMs / 10)
  const advised = refreshInMs !== undefined && refreshInMs > 0 && refreshInMs < lifetimeMs
  const wantedMs = advised ? lifetimeMs - refreshInMs : aheadOf(lifetimeMs, windows.renewAheadMs)
  // Twice the margin at least: a window inside the margin would make every renewal a wait.
  const aheadMs = Math.max(wantedMs, 2 * marginMs) * (1 - 0.2 * dice)
  return {
    renewAt: later(startedAt, lifetimeMs - aheadMs),
    unusableAt: later(startedAt, lifetimeMs - marginMs),
    expiresAt: later(startedAt, lifetimeMs),
  }
}

function aheadOf(lifetimeMs: number, setMs: number | undefined): number {
  const proportionalMs = Math.min(Math.max(lifetimeMs / 4, shortestAheadMs), longestAheadMs)
  return Math.min(setMs ?? proportionalMs, lifetimeMs / 2)
}

/** The same distance from `instant` by both clocks. */
export function later(instant: Instant, delayMs: number): Instant {
  return { wall: instant.wall + delayMs, monotonic: instant.monotonic + delayMs }
}

/** Whether either clock has reached `instant`. */
export function isPast(instant: Instant, now: Instant): boolean {
  return now.wall >= instant.wall || now.monotonic >= instant.monotonic
}

/** Milliseconds until the first of both clocks reaches `instant`; negative when it is past. */
export function remainingMs(instant: Instant, now: Instant): number {
  return Math.min(instant.wall - now.wall, instant.monotonic - now.monotonic)
}

/** What a cell owes its caller. */
export type Move = 'answer' | 'answer-and-renew' | 'wait'

/** @param minValidityMs How long the caller needs the token to live from `now`. */
export function decide(plan: RenewalPlan | undefined, now: Instant, minValidityMs: number): Move {
  if (plan === undefined || isPast(plan.unusableAt, now)) return 'wait'
  if (minValidityMs > 0 && remainingMs(plan.expiresAt, now) < minValidityMs) return 'wait'
  return isPast(plan.renewAt, now) ? 'answer-and-renew' : 'answer'
}
