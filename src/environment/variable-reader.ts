/**
 * Reads variables: trimmed, empty as unset, each once. What is wrong is refused by the variable's
 * name, and never with its value, which may be a secret in the wrong place. Pure.
 */
import leven from 'leven'
import { ConfigurationError } from '../errors.ts'
import { kind, nearest, textProblem } from '../field-reader.ts'
import { parseJsonVariable } from './json-variable.ts'
import { environmentVariables } from './variables.ts'
import type { EnvironmentVariableName } from './variables.ts'

const prefix = 'M2M_'
const names = environmentVariables.map(({ name }) => name)

export class VariableReader {
  readonly #values: ReadonlyMap<EnvironmentVariableName, string>
  /** Variables that begin as ours do, and are not ours. */
  readonly #unknown: readonly string[]

  /** @throws {ConfigurationError} for what is no set of variables, and for a misspelled name. */
  constructor(env: unknown) {
    if (typeof env !== 'object' || env === null || Array.isArray(env)) {
      throw new ConfigurationError(
        'configuration_invalid',
        `env must be an object of variables, such as process.env, not ${kind(env)}`,
        { field: 'env' },
      )
    }
    const read = names.flatMap((name) => {
      const text = Object.hasOwn(env, name) ? textOf(name, Reflect.get(env, name)) : ''
      return text === '' ? [] : [[name, text] as const]
    })
    this.#values = new Map(read)
    this.#unknown = unknownIn(env)
    for (const name of this.#unknown) refuseMisspelled(name)
  }

  /** The value, or undefined where it is not set, or blank. */
  value(name: EnvironmentVariableName): string | undefined {
    return this.#values.get(name)
  }

  isSet(name: EnvironmentVariableName): boolean {
    return this.#values.has(name)
  }

  /** A value that goes on the wire. */
  text(name: EnvironmentVariableName): string | undefined {
    const value = this.value(name)
    const problem = value === undefined ? undefined : textProblem(value)
    if (problem !== undefined) throw refusal(name, problem)
    return value
  }

  flag(name: EnvironmentVariableName): boolean | undefined {
    const value = this.value(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (value === 'true' || value === 'false') return value === 'true'
    throw refusal(name, 'must be true or false')
  }

  /** A JSON object's members. */
  object(name: EnvironmentVariableName): Readonly<Record<string, unknown>> | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    const { members, problem } = parseJsonVariable(value)
    if (members === undefined) throw refusal(name, problem)
    return members
  }

  /** The error for a variable that has to be set; it names what was set in vain. */
  missing(name: EnvironmentVariableName, remedy: string): ConfigurationError {
    const others = this.#unknown.slice(0, 3).map(shown)
    const hint =
      others.length === 0 ? '' : ` (set, and not read by this library: ${others.join(', ')})`
    return refusal(name, `is not set; ${remedy}${hint}`)
  }

  /** @throws {ConfigurationError} where more than one of these is set. */
  atMostOne(
    choices: readonly EnvironmentVariableName[],
    remedy: string,
  ): EnvironmentVariableName | undefined {
    const [first, second] = choices.filter((name) => this.isSet(name))
    if (first === undefined || second === undefined) return first
    throw refusal(first, `and ${second} are both set; ${remedy}`)
  }
}

/** The error for this variable: `<name> <problem>`. */
export function refusal(
  name: EnvironmentVariableName,
  problem: string,
  cause?: unknown,
): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `${name} ${problem}`, {
    field: name,
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * A platform's names may begin like ours: a Kubernetes service `m2m-audience` brings seven, such as
 * M2M_AUDIENCE_PORT. So what goes on behind a name of ours is left alone, and of the rest only what is a
 * slip of the pen away is refused.
 */
function refuseMisspelled(name: string): void {
  if (names.some((known) => name.startsWith(`${known}_`))) return
  const known = names.map((one) => one.slice(prefix.length))
  const written = name.slice(prefix.length)
  const best = nearest(written, known)
  if (best === undefined || !isSlip(written.slice(0, 60).toUpperCase(), best)) return
  throw new ConfigurationError(
    'configuration_invalid',
    `unknown variable ${shown(name)}; did you mean ${prefix}${best}?`,
    { field: shown(name) },
  )
}

const mostEdits = 2
const shortName = 6

/** Slips are inside a word, and underscores count. In a short one another letter makes another word: DROP is no DPOP. */
function isSlip(written: string, known: string): boolean {
  if (written[0] !== known[0]) return false
  if (written.length >= shortName) return leven(written, known) <= mostEdits
  return written.length !== known.length && leven(written, known) === 1
}

function unknownIn(env: object): readonly string[] {
  const ours: readonly string[] = names
  return Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !ours.includes(name) && !isBlank(Reflect.get(env, name)),
  )
}

function textOf(name: EnvironmentVariableName, value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'string' && value.isWellFormed()) return value.trim()
  if (typeof value === 'string') throw refusal(name, 'is not valid Unicode')
  throw refusal(name, `must be a string, as variables are, not ${kind(value)}`)
}

function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '')
}

/** A name on one line, cut. */
function shown(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 60)
}
