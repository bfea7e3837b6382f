/**
 * `m2m-tokens fetch URL`: one request with the token, its answer streamed to stdout or a file. The
 * token goes to the URL's own origin, or where `M2M_RESOURCES` lists it; nowhere else.
 */
import { createWriteStream } from 'node:fs'
import { discardBody } from '../discard-body.ts'
import { isTokenError } from '../errors.ts'
import { TokenManager } from '../token-manager.ts'
import { quote } from '../wire/quoted-text.ts'
import { bearerRoute } from '../token-source.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure, UsageError } from './failure.ts'
import { requestInit } from './fetch-body.ts'
import type { TypedRequest } from './fetch-body.ts'
import type { CommandIo, CommandOutput } from './io.ts'
import { readSettings } from './read-settings.ts'
import type { Settings } from './read-settings.ts'
import type { SettingWords } from './settings.ts'

export interface FetchWords extends SettingWords, TypedRequest {
  readonly include?: true
  readonly output?: string
  readonly fail?: true
}

export async function runFetch(text: string, words: FetchWords, io: CommandIo): Promise<ExitCode> {
  try {
    const url = URL.parse(text)
    if (url === null) throw new UsageError('the URL must be absolute: https://calendar.internal/…')
    const settings = await readSettings(words, io)
    const init = await requestInit(words, io)
    const { clock, fetch } = io
    await using tokens = new TokenManager({ ...settings.options, ...(fetch && { fetch }), clock })
    const send = isListed(tokens, url, words) ? tokens.fetch : boundTo(url, tokens, settings)
    const response = await send(url.href, init)
    if (words.fail === true && response.status >= 400) return await refused(response, io)
    await deliver(response, words, io)
    return exitCodes.ok
  } catch (error) {
    const hint = `'m2m-tokens doctor --url ${text.split('?')[0] ?? ''}' with the same settings says more`
    return reportFailure(error, io, { hint })
  }
}

/** What is typed says which token is wanted; else what the environment lists for this URL. */
function isListed(tokens: TokenManager, url: URL, words: FetchWords): boolean {
  if ([words.audience, words.scope, words.resource].some((word) => word !== undefined)) return false
  try {
    return tokens[bearerRoute](url) !== undefined
  } catch (error) {
    if (isTokenError(error) && error.code === 'origin_not_listed') return false
    throw error
  }
}

function boundTo(url: URL, tokens: TokenManager, { request }: Settings): typeof globalThis.fetch {
  return tokens.for({ ...request, origins: [url.origin] }).fetch
}

async function refused(response: Response, { stderr }: CommandIo): Promise<ExitCode> {
  discardBody(response)
  const challenge = response.headers.get('www-authenticate')
  const said = challenge === null ? '' : `\n  www-authenticate: ${quote(challenge, []) ?? ''}`
  await stderr.write(`m2m-tokens: the answer is ${statusLine(response)}${said}\n`)
  return exitCodes.httpError
}

async function deliver(response: Response, words: FetchWords, io: CommandIo): Promise<void> {
  const { output } = words
  if (words.include === true) {
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`)
    await io.stdout.write(`HTTP/1.1 ${statusLine(response)}\r\n${lines.join('')}\r\n`)
  }
  if (output === undefined || output === '-') await stream(response, io.stdout)
  else await streamToFile(response, output)
}

function statusLine({ status, statusText }: Response): string {
  return `${status} ${statusText}`.trim()
}

async function stream(response: Response, to: Pick<CommandOutput, 'write'>): Promise<void> {
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body === null) return
  for await (const chunk of body) {
    // Leaving the loop cancels the body: nobody reads any more.
    if (!(await to.write(chunk))) return
  }
}

async function streamToFile(response: Response, path: string): Promise<void> {
  const file = createWriteStream(path)
  const failed = new Promise<never>((_, reject) => {
    file.once('error', reject)
  })
  // Waited for below; until then its rejection has a listener of its own.
  failed.catch(() => undefined)
  const write = (chunk: string | Uint8Array) =>
    new Promise<boolean>((resolve) => {
      file.write(chunk, () => {
        resolve(true)
      })
    })
  const ended = async () => {
    await stream(response, { write })
    await new Promise<void>((resolve) => {
      file.end(resolve)
    })
  }
  await Promise.race([ended(), failed])
}
