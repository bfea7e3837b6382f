/**
 * What `fetch` sends: the headers and the body that were typed, or the files that they name. What no
 * request can be made of is refused before a token is asked for.
 */
import { readFile } from 'node:fs/promises'
import { oneLine } from '../wire/quoted-text.ts'
import { problemOf } from '../wire/network-failure.ts'
import { UsageError } from './failure.ts'
import type { CommandIo } from './io.ts'

export interface TypedRequest {
  readonly request?: string
  readonly header?: readonly string[]
  readonly data?: readonly string[]
}

export interface RequestParts {
  readonly init: RequestInit
  /** Whether an Authorization of the caller's own was typed, or that there be none. */
  readonly ownAuthorization: boolean
}

/** @throws {UsageError} a header has no colon, a file cannot be read, or no request is like that. */
export async function requestParts(
  url: URL,
  words: TypedRequest,
  io: Pick<CommandIo, 'stdin'>,
): Promise<RequestParts> {
  const { headers, named } = headersOf(words.header ?? [])
  const { data, request = data === undefined ? 'GET' : 'POST' } = words
  if (data !== undefined && !named.has('content-type')) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
  }
  const body = data === undefined ? undefined : await bodyOf(data, io)
  const init = { method: request, headers, ...(body && { body }) }
  checkRequest(url, init)
  checkHeaders(headers, body?.length)
  return { init, ownAuthorization: named.has('authorization') }
}

/** How many of these read stdin, which ends once. */
export function readsStdin({ data = [] }: TypedRequest): number {
  return data.filter((part) => part === '@-').length
}

function headersOf(lines: readonly string[]) {
  const headers = new Headers()
  const named = new Set<string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    try {
      if (colon < 1) throw new TypeError('no name')
      // As in curl: a name without a value takes the header out.
      if (value === '') headers.delete(name)
      else headers.append(name, value)
    } catch {
      // The value may be a credential of the caller's own.
      throw new UsageError("a header must be written as 'name: value', on one line")
    }
    named.add(name.toLowerCase())
  }
  return { headers, named }
}

/** Node says it best; only what it would have found after the token was asked for. */
function checkRequest(url: URL, init: RequestInit): void {
  try {
    new Request(url, init)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(`no request can be made of this: ${oneLine(error.message)}`)
  }
}

/** What Node's fetch refuses when it sends: the connection's own headers. */
function checkHeaders(headers: Headers, length: number | undefined): void {
  const wrong = ['keep-alive', 'transfer-encoding', 'upgrade', 'expect'].find((name) =>
    headers.has(name),
  )
  const stated = headers.get('content-length')
  const isOther = stated !== null && length !== undefined && stated !== `${length}`
  if (wrong === undefined && !isOther) return
  throw new UsageError(
    `the header ${wrong ?? 'content-length'} is written by the connection itself; leave it out`,
  )
}

/** Several parts are joined by `&`, as curl joins them; what a file holds is sent as it is. */
async function bodyOf(
  parts: readonly string[],
  io: Pick<CommandIo, 'stdin'>,
): Promise<Buffer<ArrayBuffer>> {
  const bytes: Uint8Array[] = []
  for (const part of parts) {
    if (bytes.length > 0) bytes.push(Buffer.from('&'))
    bytes.push(part.startsWith('@') ? await contents(part.slice(1), io) : Buffer.from(part))
  }
  return Buffer.concat(bytes)
}

async function contents(file: string, io: Pick<CommandIo, 'stdin'>): Promise<Uint8Array> {
  if (file === '-') return io.stdin.read()
  try {
    return await readFile(file)
  } catch (error) {
    throw new UsageError(
      `--data @${file} cannot be read${problemOf(error, [], 'see the path').words}`,
    )
  }
}
