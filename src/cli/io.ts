/**
 * Everything outside that a command touches: variables, streams, the network, time, files. Handed in,
 * so that a command can be run inside a test. A reader that leaves early is no error.
 */
import type { Clock } from '../clock.ts'

export type Variables = Readonly<Record<string, string | undefined>>

export interface CommandIo {
  readonly env: Variables
  readonly stdin: CommandInput
  readonly stdout: CommandOutput
  readonly stderr: CommandOutput
  /** Default: `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock: Clock
}

export interface CommandInput {
  readonly isTerminal: boolean
  /** Everything until its end. Once: a second reading is empty. */
  readonly read: () => Promise<Uint8Array>
}

export interface CommandOutput {
  readonly isTerminal: boolean
  /**
   * Resolves when the text is on its way: to false where nobody reads any more.
   *
   * @throws the system's error where it cannot be written, e.g. because a disk is full.
   */
  readonly write: (text: string | Uint8Array) => Promise<boolean>
}

/** The variables, streams and time of this process. */
export function processIo(process: NodeJS.Process, clock: Clock): CommandIo {
  const { env, stdin, stdout, stderr } = process
  return {
    env,
    stdin: { isTerminal: stdin.isTTY, read: () => readAll(stdin) },
    stdout: outputTo(stdout),
    stderr: outputTo(stderr),
    clock,
  }
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array))
  }
  return Buffer.concat(chunks)
}

function outputTo(stream: NodeJS.WriteStream): CommandOutput {
  let gone = false
  // Each write has its own answer below; without a listener the same error would end the process.
  stream.on('error', () => {
    gone = true
  })
  return {
    isTerminal: stream.isTTY,
    write: (text) => {
      if (gone) return Promise.resolve(false)
      return new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error === null || error === undefined) resolve(true)
          else if ('code' in error && error.code === 'EPIPE') resolve(false)
          else reject(error)
        })
      })
    },
  }
}
