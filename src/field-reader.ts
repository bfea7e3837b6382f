/**
 * Reads what a caller wrote: an object of unknown shape, field by field, each once. A field that
 * nobody reads is refused with the nearest right name; a value of the wrong kind is refused with
 * the field's full path. Pure.
 */
import leven from 'leven'
import { ConfigurationError } from './errors.ts'
import type { ConfigurationErrorCode } from './error-codes.ts'

/** The bounds of a number option, inclusive. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly integer?: boolean
}

/** What the object is, for messages. */
export interface FieldSubject {
  /** `TokenManager option`, `token request field`. */
  readonly what: string
  readonly code: ConfigurationErrorCode
  /** What stands before the name in an error's `field`, its last dot included. Default: nothing. */
  readonly path?: string
  /** Refuses instances of classes: a URL or a Promise would be read as an object without fields. */
  readonly plain?: boolean
}

export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>
  readonly #what: string
  readonly #code: ConfigurationErrorCode
  readonly #path: string

  constructor(value: unknown, names: readonly string[], subject: FieldSubject) {
    this.#what = subject.what
    this.#code = subject.code
    this.#path = subject.path ?? ''
    const refused = subject.plain === true && !isPlainObject(value)
    if (refused || typeof value !== 'object' || value === null || Array.isArray(value)) {
      const field = this.#path === '' ? undefined : this.#path.slice(0, -1)
      const message = `${this.#what}s must be an object, not ${kind(value)}`
      throw new ConfigurationError(this.#code, message, { field })
    }
    this.#fields = new Map(Object.entries(value).filter(([, field]) => field !== undefined))
    for (const name of this.#fields.keys()) {
      if (!names.includes(name)) this.#refuseUnknown(name, names)
    }
  }

  #refuseUnknown(name: string, names: readonly string[]): never {
    const best = nearest(name, names)
    const hint = best === undefined ? `known: ${names.join(', ')}` : `did you mean '${best}'?`
    throw new ConfigurationError(this.#code, `unknown ${this.#what} '${cut(name)}'; ${hint}`, {
      field: `${this.#path}${cut(name)}`,
    })
  }

  /** The error for this field: `<what> '<name>' <problem>`. */
  refusal(name: string, problem: string): ConfigurationError {
    const field = `${this.#path}${name}`
    return new ConfigurationError(this.#code, `${this.#what} '${name}' ${problem}`, { field })
  }

  unknown(name: string): unknown {
    const value = this.#fields.get(name)
    if (value === null) throw this.refusal(name, 'is null; leave it out for its default')
    return value
  }

  /** A non-empty string, or undefined. */
  text(name: string): string | undefined {
    const value = this.unknown(name)
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw this.refusal(name, `must be a string, not ${kind(value)}`)
    const problem = textProblem(value)
    if (problem !== undefined) throw this.refusal(name, problem)
    return value
  }

  boolean(name: string, standard: boolean): boolean {
    const value = this.unknown(name)
    if (value === undefined) return standard
    if (typeof value === 'boolean') return value
    throw this.refusal(name, `must be true or false, not ${kind(value)}`)
  }

  number(name: string, standard: number, range: NumberRange): number
  number(name: string, standard: undefined, range: NumberRange): number | undefined
  number(name: string, standard: number | undefined, range: NumberRange): number | undefined {
    const value = this.unknown(name)
    if (value === undefined) return standard
    if (typeof value !== 'number') throw this.refusal(name, `must be a number, not ${kind(value)}`)
    const whole = range.integer === true ? 'a whole number' : 'a number'
    const fits =
      Number.isFinite(value) &&
      value >= range.min &&
      value <= range.max &&
      (range.integer !== true || Number.isInteger(value))
    if (fits) return value
    throw this.refusal(name, `is ${value}; it must be ${whole} from ${range.min} to ${range.max}`)
  }
}

/** What is wrong with a text that goes on the wire, or undefined. */
export function textProblem(value: string): string | undefined {
  if (value === '') return 'is empty; name a value, or leave it out'
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'holds a control character; remove it'
  if (!value.isWellFormed()) return 'holds half of a surrogate pair; it is not valid Unicode'
  return undefined
}

/** An object of the caller's own making: no class instance, which would be read as one without fields. */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Another realm's Object.prototype is not ours, but has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The kind of a value, for messages; never the value, which may be a secret. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (isPlainObject(value)) return 'an object'
  const { name } = Object(value.constructor) as { name?: unknown }
  return typeof name === 'string' && name !== ''
    ? `an instance of ${name}`
    : 'an instance of a class'
}

/** Names come from outside: cut, so that one cannot flood a log. */
function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}

/** The known name that was probably meant, or undefined where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name)
  const ranked = names
    .map((candidate) => ({ candidate, distance: leven(wanted, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (best === undefined) return undefined
  return best.distance <= Math.max(2, Math.floor(wanted.length / 3)) ? best.candidate : undefined
}

/** `client_id`, `clientID` and `clientId` are the same mistake. */
function plain(name: string): string {
  return name.slice(0, 60).toLowerCase().replaceAll(/[-_]/g, '')
}
