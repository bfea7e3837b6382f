/**
 * What one key remembers of its last failures: the error, and until when it keeps still. Callers
 * who hold nothing, callers who want more than is held, and renewals behind callers each have
 * their own answer. All instants are monotonic milliseconds.
 */
import type { Instant } from '../clock.ts'
import { bindsCallers, callerPauseMs, renewalPauseMs, timerPauseMs } from './cool-down.ts'
import { remainingMs } from './renewal-plan.ts'
import type { RenewalPlan } from './renewal-plan.ts'

export interface FailureCircumstances {
  readonly at: number
  /** How long a held token is still handed out; 0 without one. */
  readonly heldForMs: number
  /** From 0 to 1. */
  readonly dice: number
}

export class FailureMemory {
  #failures = 0
  #error: unknown
  #failedAt = 0
  #quietUntil = 0
  #binding = false
  #renewAfter = 0

  /** Records a failure and returns the pause for callers in milliseconds. */
  record(error: unknown, { at, heldForMs, dice }: FailureCircumstances): number {
    this.#failures += 1
    this.#error = error
    this.#failedAt = at
    const pauseMs = callerPauseMs(error, this.#failures, dice)
    const binding = bindsCallers(error)
    this.#quietUntil = at + pauseMs
    this.#binding = heldForMs <= 0 || binding
    this.#renewAfter = at + Math.max(renewalPauseMs(heldForMs, dice), binding ? pauseMs : 0)
    return pauseMs
  }

  forget(): void {
    this.#failures = 0
    this.#error = undefined
    this.#quietUntil = 0
    this.#binding = false
    this.#renewAfter = 0
  }

  /** No renewal behind callers before `at`. */
  pauseRenewal(at: number): void {
    this.#renewAfter = at
  }

  /** The remembered error, if a caller with nothing usable must get it instead of an attempt. */
  forCallers(at: number): { readonly error: unknown } | undefined {
    return this.#binding ? this.forDemands(at) : undefined
  }

  /** The same for a caller who holds a usable token and wants another. */
  forDemands(at: number): { readonly error: unknown } | undefined {
    return at < this.#quietUntil ? { error: this.#error } : undefined
  }

  mayRenew(at: number): boolean {
    return at >= this.#renewAfter
  }

  /** When a timer may next cause an attempt: nobody waits for it, so it slows down to minutes. */
  get timerAfter(): number {
    if (this.#failures === 0) return 0
    return Math.max(this.#quietUntil, this.#failedAt + timerPauseMs(this.#failures))
  }

  /** Milliseconds until a timer may next cause an attempt: with a usable token's plan, or without. */
  turnInMs(plan: RenewalPlan | undefined, now: Instant): number {
    if (plan === undefined) return this.timerAfter - now.monotonic
    return Math.max(remainingMs(plan.renewAt, now), this.renewAfter - now.monotonic)
  }

  /** When a renewal behind callers is next allowed; 0 where it is now. */
  get renewAfter(): number {
    return this.#renewAfter
  }
}
