/**
 * Where a credential comes from: the text itself, a function, or a file. The last two are read
 * again for every attempt, so that it can be rotated without a restart. It is kept in closures,
 * where no inspection finds it.
 */
import type { ClientAuthenticationErrorCode } from '../error-codes.ts'
import { ClientAuthenticationError, ConfigurationError } from '../errors.ts'
import { kind } from '../field-reader.ts'
import { nodeFiles } from '../late-builtins.ts'
import { problemOf } from '../wire/network-failure.ts'
import { safeCause } from '../wire/quoted-text.ts'

/** What kind of credential is read, for messages. */
export interface CredentialKind {
  /** `the client secret`. */
  readonly what: string
  /** The option that holds it. */
  readonly field: string
  readonly code: ClientAuthenticationErrorCode
}

/** @param argument What a function is called with: nothing, unless the method says otherwise. */
export type TextReader = (argument?: object) => Promise<string>

/** @throws {ConfigurationError} for what can never be read. */
export function textReader(source: unknown, subject: CredentialKind): TextReader {
  const wrong = (problem: string) => wrongCredential(subject, problem)
  if (typeof source === 'string') {
    if (source === '') throw wrong('is empty')
    if (!source.isWellFormed()) throw wrong('is not valid Unicode')
    return () => Promise.resolve(source)
  }
  if (typeof source === 'function') {
    const call = (words: readonly object[]) => Reflect.apply(source, undefined, words) as unknown
    return async (argument) => {
      const value = await called(() => call(argument === undefined ? [] : [argument]), subject)
      return checked(value, 'its function', subject)
    }
  }
  if (typeof source !== 'object' || source === null) {
    throw wrong(`must be a string, a function or { file }, not ${kind(source)}`)
  }
  const file = fileOf(source, subject)
  if (file === undefined) throw wrong('must be { file } with the path of a file and nothing else')
  return async () => checked(await contents(file, subject), nameOf(file, subject), subject)
}

/**
 * The path in `{ file }`, where that is all there is.
 *
 * @throws {ConfigurationError} for the credential itself in the place of its path.
 */
export function fileOf(source: object, subject: CredentialKind): string | undefined {
  if (!Object.hasOwn(source, 'file') || Object.keys(source).length !== 1) return undefined
  const { file } = source as { file?: unknown }
  if (typeof file !== 'string' || file === '') return undefined
  if (!/[\r\n]|-----BEGIN|^\s*\{|^eyJ/.test(file)) return file
  throw wrongCredential(subject, 'takes { file } with a path, and this is the credential itself')
}

/** A path is shown only where it is one beyond doubt: a secret may have been put in its place. */
function nameOf(file: string, { field }: CredentialKind): string {
  return isPlainPath(file) ? `the file ${file}` : `the file of ${field}`
}

function isPlainPath(file: string): boolean {
  return file.length <= 200 && /^(?:[A-Za-z]:|\.{1,2})?(?:[\\/][\w.@~ -]{1,64}){2,}$/.test(file)
}

export async function called(source: () => unknown, subject: CredentialKind): Promise<unknown> {
  try {
    return await source()
  } catch (cause) {
    throw unavailable(subject, 'its function threw; see cause', cause)
  }
}

export async function contents(file: string, subject: CredentialKind): Promise<string> {
  try {
    // Editors and `echo` end a file with a newline that is not part of the secret.
    return (await nodeFiles().readFile(file, 'utf8')).replace(/\r?\n$/, '')
  } catch (cause) {
    const hidden = isPlainPath(file) ? [] : [file]
    const { words, cause: safe } = problemOf(cause, hidden, 'see cause')
    throw unavailable(subject, `${nameOf(file, subject)}${words}`, safe)
  }
}

function checked(value: unknown, source: string, subject: CredentialKind): string {
  const problem = (words: string) => unavailable(subject, `${source} gave ${words}`)
  if (typeof value !== 'string') throw problem(`${kind(value)}, not a string`)
  if (value === '') throw problem('an empty text')
  if (!value.isWellFormed()) throw problem('a text that is not valid Unicode')
  return value
}

export function wrongCredential(subject: CredentialKind, problem: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `${subject.field} ${problem}`, {
    field: subject.field,
  })
}

export function unavailable(
  subject: CredentialKind,
  problem: string,
  cause?: unknown,
): ClientAuthenticationError {
  return new ClientAuthenticationError(
    subject.code,
    `${subject.what} could not be read: ${problem}`,
    cause === undefined ? {} : { cause: safeCause(cause, []) },
  )
}
