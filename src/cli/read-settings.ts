/**
 * From what was typed and what the environment says to what a command works with: a typed option goes
 * before its variable, and takes the place of those that it cannot stand beside. Nothing is sent.
 */
import { readEnvironment } from '../environment/read-environment.ts'
import type { TokenManagerOptions } from '../options.ts'
import type { TokenRequestInput } from '../request/token-request.ts'
import { UsageError } from './failure.ts'
import type { CommandIo, Variables } from './io.ts'
import { settingNames } from './settings.ts'
import type { SettingWords } from './settings.ts'

/** What a command works with. */
export interface Settings {
  readonly options: TokenManagerOptions
  readonly request: TokenRequestInput
  /** As much of the request as was typed. */
  readonly typed: TokenRequestInput
  /** The environment, with what was typed in its place. */
  readonly variables: Variables
}

const key = ['M2M_PRIVATE_KEY_FILE', 'M2M_PRIVATE_KEY_ID', 'M2M_PRIVATE_KEY_ALGORITHM']
const secret = ['M2M_CLIENT_SECRET', 'M2M_CLIENT_SECRET_FILE']

const preset = ['M2M_PROVIDER', 'M2M_PROVIDER_OPTIONS']

/** What is typed stands in the place of what it cannot stand beside. */
const replacedBy: Readonly<Record<string, readonly string[]>> = {
  M2M_ISSUER: ['M2M_TOKEN_ENDPOINT', ...preset],
  M2M_TOKEN_ENDPOINT: ['M2M_ISSUER', ...preset],
  M2M_PROVIDER: ['M2M_PROVIDER_OPTIONS'],
  M2M_CLIENT_SECRET: [...secret, ...key, 'M2M_CLIENT_ASSERTION_FILE'],
  M2M_CLIENT_SECRET_FILE: [...secret, ...key, 'M2M_CLIENT_ASSERTION_FILE'],
  M2M_PRIVATE_KEY_FILE: [
    ...[...secret, ...key],
    ...['M2M_CLIENT_AUTHENTICATION', 'M2M_CLIENT_ASSERTION_FILE'],
  ],
  M2M_CLIENT_ASSERTION_FILE: [...secret, ...key, 'M2M_CLIENT_AUTHENTICATION'],
}

/**
 * @throws {UsageError} the secret was typed, or an option was given nothing.
 * @throws {ConfigurationError} something is missing or wrong, named by its variable.
 */
export async function readSettings(words: SettingWords, io: CommandIo): Promise<Settings> {
  checkWords(words)
  const variables = withWords(io.env, await typedVariables(words, io))
  const { options, request } = readEnvironment(variables)
  const { audience, scope, resource } = words
  const typed = {
    ...(audience === undefined ? {} : { audience: request.audience }),
    ...(scope === undefined ? {} : { scopes: request.scopes }),
    ...(resource === undefined ? {} : { resource }),
  }
  return { options, request: { ...request, ...typed }, typed, variables }
}

/** @throws {UsageError} the secret was typed, or an option was given nothing. */
export function checkWords(words: SettingWords): void {
  if (words.clientSecret !== undefined) throw secretTyped()
  // An empty option is most often a variable that the shell did not find.
  for (const [name, value] of Object.entries(words)) {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!settingNames.includes(name) || !texts.some(isBlank)) continue
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new UsageError(`--${option} is empty; give it a value, or leave it out`)
  }
}

function isBlank(text: unknown): boolean {
  return typeof text === 'string' && text.trim() === ''
}

/** The variables as they are, with what was typed in their place. */
export function withWords(env: Variables, words: Variables): Variables {
  const set = Object.entries(words).filter(([, value]) => value !== undefined)
  const replaced = new Set(set.flatMap(([name]) => replacedBy[name] ?? []))
  // The standard says nothing of a server: it takes the one of the environment.
  if ((words['M2M_PROVIDER'] ?? 'standard') !== 'standard') {
    for (const name of ['M2M_ISSUER', 'M2M_TOKEN_ENDPOINT']) replaced.add(name)
  }
  const kept = Object.entries(env).filter(([name]) => !replaced.has(name))
  return Object.fromEntries([...kept, ...set])
}

async function typedVariables(words: SettingWords, io: CommandIo): Promise<Variables> {
  const { clientSecretFile: file } = words
  const fromStdin = file === '-' ? await secretFromStdin(io) : undefined
  return {
    M2M_ISSUER: words.issuer,
    M2M_TOKEN_ENDPOINT: words.tokenEndpoint,
    M2M_PROVIDER: words.provider,
    M2M_PROVIDER_OPTIONS: words.providerOptions,
    M2M_CLIENT_ID: words.clientId,
    M2M_CLIENT_SECRET: fromStdin,
    M2M_CLIENT_SECRET_FILE: fromStdin === undefined ? file : undefined,
    M2M_CLIENT_AUTHENTICATION: words.clientAuthentication,
    M2M_PRIVATE_KEY_FILE: words.privateKeyFile,
    M2M_PRIVATE_KEY_ID: words.privateKeyId,
    M2M_PRIVATE_KEY_ALGORITHM: words.privateKeyAlgorithm,
    M2M_CLIENT_ASSERTION_FILE: words.clientAssertionFile,
    M2M_AUDIENCE: words.audience,
    M2M_SCOPES: words.scope?.join(' '),
    M2M_DPOP: words.dpop === true ? 'true' : undefined,
    M2M_ALLOW_INSECURE_HTTP: words.allowInsecureHttp === true ? 'true' : undefined,
  }
}

async function secretFromStdin({ stdin, stderr }: CommandIo): Promise<string> {
  if (stdin.isTerminal) {
    await stderr.write(
      'the client secret is read from this terminal, which shows it; end with ^D\n',
    )
  }
  const text = new TextDecoder().decode(await stdin.read()).replace(/\r?\n$/, '')
  if (text !== '') return text
  throw new UsageError('--client-secret-file - reads the secret from stdin, and nothing came there')
}

function secretTyped(): UsageError {
  return new UsageError(
    'there is no --client-secret: everybody on this machine sees the command lines of the others, ' +
      'and your shell keeps them. If it was a real secret, replace it. Set M2M_CLIENT_SECRET, or ' +
      'name a file with --client-secret-file, or pipe it in with --client-secret-file -',
  )
}
