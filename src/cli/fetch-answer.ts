/**
 * What becomes of an answer to `fetch`: streamed to stdout or into a file, each piece waited for, so
 * that a full disk is a failure and not a success with nothing in it.
 */
import { open } from 'node:fs/promises'
import { discardBody } from '../discard-body.ts'
import { quote } from '../wire/quoted-text.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import type { CommandIo } from './io.ts'

export interface DeliveryWords {
  readonly include?: true
  readonly output?: string
  readonly fail?: true
}

/** @throws the system's error where the body ends too early, or cannot be written. */
export async function deliver(
  response: Response,
  words: DeliveryWords,
  io: CommandIo,
): Promise<ExitCode> {
  if (words.fail === true && response.status >= 400) return refused(response, io)
  const { output } = words
  if (words.include === true) await io.stdout.write(headText(response))
  if (output === undefined || output === '-') await stream(response, io.stdout.write)
  else await streamToFile(response, output)
  return exitCodes.ok
}

async function refused(response: Response, { stderr }: CommandIo): Promise<ExitCode> {
  discardBody(response)
  const challenge = response.headers.get('www-authenticate')
  const said = challenge === null ? '' : `\n  www-authenticate: ${quote(challenge, []) ?? ''}`
  await stderr.write(`m2m-tokens: the answer is ${statusLine(response)}${said}\n`)
  return exitCodes.httpError
}

function headText(response: Response): string {
  // fetch has decoded the body: how it was coded on its way, and how long it was then, is over.
  const over = response.headers.has('content-encoding')
    ? ['content-encoding', 'content-length']
    : []
  const lines = [...response.headers]
    .filter(([name]) => !over.includes(name))
    .map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${statusLine(response)}\r\n${lines.join('')}\r\n`
}

function statusLine({ status, statusText }: Response): string {
  return `${status} ${statusText}`.trim()
}

/** @param write Resolves to false where nobody reads any more. */
async function stream(
  response: Response,
  write: (chunk: Uint8Array) => Promise<boolean>,
): Promise<void> {
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body === null) return
  for await (const chunk of body) {
    // Leaving the loop cancels the body: nobody reads any more.
    if (!(await write(chunk))) return
  }
}

async function streamToFile(response: Response, path: string): Promise<void> {
  const file = await open(path, 'w').catch((error: unknown) => {
    discardBody(response)
    throw error
  })
  try {
    await stream(response, async (chunk) => {
      await file.writeFile(chunk)
      return true
    })
  } finally {
    // Waited for as well: some file systems tell only now that nothing was written.
    await file.close()
  }
}
