/**
 * The command line as a whole: what it is called with, its help, and the exit code. Each command's
 * own parts are loaded when it runs, so that `token` does not wait for what only `doctor` needs.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure, UsageError } from './failure.ts'
import type { CommandIo } from './io.ts'
import type { DoctorWords } from './doctor-command.ts'
import type { FetchWords } from './fetch-command.ts'
import { addSettings } from './settings.ts'
import type { TokenWords } from './token-command.ts'

/** @returns The exit code; see {@link exitCodes}. Never rejects. */
export async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const said = { out: '', err: '' }
  let code: ExitCode = exitCodes.ok
  const end = (ended: ExitCode) => {
    code = ended
  }
  try {
    await createProgram(io, said, end).parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) return await reportFailure(error, io)
    code = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (code === exitCodes.usage && wantsJson(argv)) {
      const [line = ''] = said.err.replace(/^error: /, '').split('\n')
      return await reportFailure(new UsageError(line), io, { json: true })
    }
  }
  try {
    if (said.out !== '') await io.stdout.write(said.out)
    if (said.err !== '') await io.stderr.write(said.err)
    return code
  } catch {
    return exitCodes.failed
  }
}

/** Whoever reads errors as JSON reads those of the command line so, too. */
function wantsJson([command = '', ...words]: readonly string[]): boolean {
  return ['token', 'doctor'].includes(command) && words.includes('--json')
}

type End = (code: ExitCode) => void

function createProgram(io: CommandIo, said: { out: string; err: string }, end: End): Command {
  const program = new Command('m2m-tokens')
    .description(
      'OAuth 2.0 access tokens for machines: get one, spend one, find out what is wrong.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        said.out += text
      },
      writeErr: (text) => {
        said.err += text
      },
      outputError: (text, write) => {
        write(withoutValue(text))
      },
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError("(run 'm2m-tokens --help', or the command with --help)")
    .addHelpText('after', programHelp)
  addTokenCommand(program, io, end)
  addFetchCommand(program, io, end)
  addDoctorCommand(program, io, end)
  return program
}

function addTokenCommand(program: Command, io: CommandIo, end: End): void {
  addSettings(
    program.command('token').description('print an access token, and nothing else, on stdout'),
  )
    .addOption(
      new Option('--header', 'print the whole header: Authorization: Bearer …').conflicts('json'),
    )
    .option('--json', 'print accessToken, tokenType, expiresAt (epoch ms), scopes and audience')
    .addHelpText('after', tokenHelp)
    .action(async (words: TokenWords) => {
      const { runToken } = await import('./token-command.ts')
      end(await runToken(words, io))
    })
}

function addFetchCommand(program: Command, io: CommandIo, end: End): void {
  const collect = (word: string, before: readonly string[] = []) => [...before, word]
  const command = program.command('fetch <url>').description('send a request with the token')
  command
    .option('-X, --request <method>', 'default: GET, or POST with --data')
    .option('-H, --header <line>', "'name: value'; may be repeated", collect)
    .option('-d, --data <text>', 'the body; @file, or @- for stdin; may be repeated', collect)
    .option('-i, --include', 'print the status and the headers, too')
    .option('-o, --output <file>', 'write the body there')
    .option('-f, --fail', 'exit 22, and print no body, for a status of 400 or more')
  addSettings(command)
    .addHelpText('after', fetchHelp)
    .action(async (url: string, words: FetchWords) => {
      const { runFetch } = await import('./fetch-command.ts')
      end(await runFetch(url, words, io))
    })
}

function addDoctorCommand(program: Command, io: CommandIo, end: End): void {
  const command = program
    .command('doctor')
    .description('ask for a token step by step, and say what is wrong and what to change')
    .option('--url <url>', 'call this protected resource once with the token (GET)')
    .option('--dry-run', 'print what would be sent, and send nothing')
    .option('--json', 'print the findings as JSON')
  addSettings(command)
    .addHelpText('after', doctorHelp)
    .action(async (words: DoctorWords) => {
      const { runDoctor } = await import('./doctor-command.ts')
      end(await runDoctor(words, io))
    })
}

/** What was typed in a wrong place may be a secret: names alone are repeated. */
function withoutValue(text: string): string {
  return text
    .replace(/unknown option '(--[^=']*|-\w?)[^]*'/, "unknown option '$1'")
    .replace(/unknown command '[^]*'/, 'unknown command')
    .replace(/but got (\d+):[^]*$/, 'but got $1.\n')
}

/** Of the package that this file is in, built or not. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const found = packageAt(new URL(path, import.meta.url))
    if (found?.name === 'm2m-tokens' && typeof found.version === 'string') return found.version
  }
  return 'unknown'
}

function packageAt(url: URL): { name?: unknown; version?: unknown } | undefined {
  try {
    return Object(JSON.parse(readFileSync(url, 'utf8')) as unknown) as { name?: unknown }
  } catch {
    return undefined
  }
}

const programHelp = `
Settings are read from the environment (M2M_ISSUER, M2M_CLIENT_ID, M2M_CLIENT_SECRET, …); an option
goes before its variable. Tokens are printed by 'token' alone, secrets by none.

Examples:
  $ export M2M_ISSUER=https://auth.example.com M2M_CLIENT_ID=task-service
  $ export M2M_CLIENT_SECRET_FILE=/run/secrets/client-secret
  $ TOKEN=$(m2m-tokens token --audience event --scope event.create)
  $ m2m-tokens fetch https://calendar.internal/events --audience event
  $ m2m-tokens doctor --audience event --url https://calendar.internal/events

Exit codes: 0 done; 1 something was sent, and failed; 2 no token was asked for, because the command
line or the settings are wrong; 22 fetch --fail, and a status of 400 or more.`

const tokenHelp = `
Examples:
  $ TOKEN=$(m2m-tokens token --audience event --scope event.create)
  $ curl -H "$(m2m-tokens token --audience event --header)" https://calendar.internal/events
  $ m2m-tokens token --audience event --json | jq .expiresAt
  $ vault read -field=secret kv/task | m2m-tokens token --audience event --client-secret-file -`

const fetchHelp = `
The token goes to the origin of this URL alone; M2M_RESOURCES, where it lists the URL, says which token
and where else; what is typed replaces that part of it. With an Authorization header of your own no
token is sent.

Examples:
  $ m2m-tokens fetch https://calendar.internal/events --audience event --scope event.view
  $ m2m-tokens fetch https://calendar.internal/events --audience event -H 'content-type: application/json' \\
      -d '{"title":"Review"}'
  $ m2m-tokens fetch https://files.internal/report.pdf --audience file --fail -o report.pdf`

const doctorHelp = `
It sends a handful of requests, each once, and lists them with --dry-run. Where a secret is refused it
tries the other methods that the server may take, on purpose. It prints claims, never a token.

Examples:
  $ m2m-tokens doctor --audience event --scope event.create
  $ m2m-tokens doctor --audience event --url https://calendar.internal/events
  $ m2m-tokens doctor --audience event --json | jq '.findings[] | select(.level == "problem")'

Exit codes: 0 no problem; 1 problems; 2 the command line or the settings are wrong.`
