/** Runs the command: in this process with everything handed in, or as a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock } from 'm2m-tokens'
import { systemClock } from '../../../src/clock.ts'
import { main } from '../../../src/cli/program.ts'

export interface CommandSetting {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
  readonly stdin?: string
  /** Both outputs are terminals. Default false. */
  readonly terminal?: boolean
  /** After so many writes nobody reads any more. */
  readonly leavesAfter?: number
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export async function runCommand(
  argv: readonly string[],
  setting: CommandSetting = {},
): Promise<Ended & { readonly bytes: Buffer; readonly writes: number }> {
  const { env = {}, fetch, clock = systemClock, stdin = '', terminal = false } = setting
  const written: Buffer[] = []
  let stderr = ''
  const code = await main(argv, {
    env,
    ...(fetch === undefined ? {} : { fetch }),
    clock,
    stdin: { isTerminal: terminal, read: () => Promise.resolve(Buffer.from(stdin)) },
    stdout: {
      isTerminal: terminal,
      write: (text) => {
        if (written.length >= (setting.leavesAfter ?? Infinity)) return Promise.resolve(false)
        written.push(Buffer.from(text))
        return Promise.resolve(true)
      },
    },
    stderr: {
      isTerminal: terminal,
      write: (text) => {
        stderr += Buffer.from(text).toString('utf8')
        return Promise.resolve(true)
      },
    },
  })
  const bytes = Buffer.concat(written)
  return { code, stdout: bytes.toString('utf8'), stderr, bytes, writes: written.length }
}

const resolveSource = new URL('../../support/resolve-source.mjs', import.meta.url).href
const source = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

/** The words that begin a process of the command, for a shell as well. */
export const commandWords = [process.execPath, '--import', resolveSource, source] as const

export function spawnCommand(
  argv: readonly string[],
  { env = {}, stdin = '' }: Pick<CommandSetting, 'env' | 'stdin'> = {},
): Promise<Ended> {
  const [program, ...words] = commandWords
  return spawned(program, [...words, ...argv], { env, stdin })
}

/** `script` by a shell, in which `"$@"` is the command. */
export function spawnShell(
  script: string,
  { env = {}, stdin = '' }: Pick<CommandSetting, 'env' | 'stdin'> = {},
): Promise<Ended> {
  return spawned('bash', ['--norc', '--noprofile', '-c', script, 'bash', ...commandWords], {
    env,
    stdin,
  })
}

function spawned(
  program: string,
  words: readonly string[],
  { env, stdin }: Required<Pick<CommandSetting, 'env' | 'stdin'>>,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { PATH } = process.env
    const child = spawn(program, words, { env: { PATH, NODE_NO_WARNINGS: '1', ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
  })
}
