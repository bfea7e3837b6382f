/**
 * How a command says that it failed: one line on stderr, or one JSON object there, and an exit code
 * that tells whether anything was sent. No token and no secret is in either.
 */
import { isTokenError } from '../errors.ts'
import { safeCause } from '../wire/quoted-text.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import type { CommandIo } from './io.ts'

/** The command line is wrong in a way that its parser cannot know. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Where nothing was sent there is something to mend on this side. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage
  if (!isTokenError(error)) return exitCodes.failed
  const local = ['ConfigurationError', 'ClientAuthenticationError'].includes(error.name)
  return local ? exitCodes.usage : exitCodes.failed
}

/** Tells it, and returns the exit code. */
export async function reportFailure(
  error: unknown,
  io: Pick<CommandIo, 'stderr'>,
  style: { readonly json?: boolean | undefined; readonly hint?: string | undefined } = {},
): Promise<ExitCode> {
  const exitCode = exitCodeOf(error)
  if (style.json === true) {
    await tell(`${JSON.stringify({ error: factsOf(error) })}\n`, io)
    return exitCode
  }
  const hint = style.hint === undefined || exitCode === exitCodes.usage ? '' : `${style.hint}\n`
  await tell(`m2m-tokens: ${wordsOf(error)}\n${hint}`, io)
  return exitCode
}

/** Where not even that can be written, the exit code has to say it. */
async function tell(text: string, { stderr }: Pick<CommandIo, 'stderr'>): Promise<void> {
  await stderr.write(text).catch(() => false)
}

function wordsOf(error: unknown): string {
  if (isTokenError(error)) return `${inOptions(error.message)} [${error.code}]`
  if (error instanceof UsageError) return inOptions(error.message)
  return foreign(error)
}

/** The library speaks of options in code, and of variables: here there is a third name. */
function inOptions(message: string): string {
  return message.replace(
    /set (allowInsecureHttp|M2M_ALLOW_INSECURE_HTTP=true)/,
    'set M2M_ALLOW_INSECURE_HTTP=true (--allow-insecure-http)',
  )
}

function factsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (isTokenError(error)) return { ...error.toJSON(), message: inOptions(error.message) }
  const name = error instanceof UsageError ? error.name : 'Error'
  return { name, message: wordsOf(error) }
}

/** `fetch failed` alone helps nobody: what the system said is in the causes. */
function foreign(error: unknown): string {
  const parts: string[] = []
  for (let at: unknown = safeCause(error, []); at instanceof Error; at = at.cause) {
    parts.push(at.message)
  }
  return [...new Set(parts)].join(': ')
}
