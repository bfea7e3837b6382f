/** What `fetch` sends: the headers and the body that were typed, or the files that they name. */
import { readFile } from 'node:fs/promises'
import { problemOf } from '../wire/network-failure.ts'
import { UsageError } from './failure.ts'
import type { CommandIo } from './io.ts'

export interface TypedRequest {
  readonly request?: string
  readonly header?: readonly string[]
  readonly data?: readonly string[]
}

/** @throws {UsageError} a header has no colon, a file cannot be read. */
export async function requestInit(words: TypedRequest, io: CommandIo): Promise<RequestInit> {
  const headers = headersOf(words.header ?? [])
  if (words.data === undefined) return { method: words.request ?? 'GET', headers }
  if (!headers.has('content-type')) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
  }
  return { method: words.request ?? 'POST', headers, body: await bodyOf(words.data, io) }
}

function headersOf(lines: readonly string[]): Headers {
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    try {
      if (colon < 1) throw new TypeError('no name')
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
    } catch {
      // The value may be a credential of the caller's own.
      throw new UsageError("a header must be written as 'name: value', on one line")
    }
  }
  return headers
}

/** Several parts are joined by `&`, as curl joins them; what a file holds is sent as it is. */
async function bodyOf(parts: readonly string[], io: CommandIo): Promise<Buffer<ArrayBuffer>> {
  const bytes: Uint8Array[] = []
  for (const part of parts) {
    if (bytes.length > 0) bytes.push(Buffer.from('&'))
    bytes.push(part.startsWith('@') ? await contents(part.slice(1), io) : Buffer.from(part))
  }
  return Buffer.concat(bytes)
}

async function contents(file: string, io: CommandIo): Promise<Uint8Array> {
  if (file === '-') return io.stdin.read()
  try {
    return await readFile(file)
  } catch (error) {
    throw new UsageError(
      `--data @${file} cannot be read${problemOf(error, [], 'see the path').words}`,
    )
  }
}
