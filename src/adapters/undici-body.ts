/**
 * The body of a Request, for a copy of undici that cannot see where it came from. Most bodies were
 * a text: read at once they have a length again, which some servers insist on. Longer ones stream.
 */
import { systemClock } from '../clock.ts'

const mostBytes = 1024 * 1024
const patienceMs = 50

type Bytes = Uint8Array<ArrayBuffer>
type Reader = ReadableStreamDefaultReader<Bytes>
type Part = Awaited<ReturnType<Reader['read']>>

/** @throws {TypeError} as fetch has it, where the body was read before. */
export async function readShortBody(
  request: Request,
): Promise<Bytes | ReadableStream<Bytes> | undefined> {
  const body = request.body as ReadableStream<Bytes> | null
  if (body === null) return undefined
  if (request.bodyUsed) throw new TypeError('the body of the Request has already been read')
  const reader = body.getReader()
  const late = Promise.withResolvers<undefined>()
  const cancel = systemClock.after(
    patienceMs,
    () => {
      late.resolve(undefined)
    },
    true,
  )
  const chunks: Bytes[] = []
  let size = 0
  try {
    for (;;) {
      const next = reader.read() as Promise<Part>
      const part = size > mostBytes ? undefined : await Promise.race([next, late.promise])
      if (part === undefined) return ReadableStream.from(rest(chunks, next, reader))
      if (part.done) return Buffer.concat(chunks)
      chunks.push(part.value)
      size += part.value.length
    }
  } finally {
    cancel()
  }
}

async function* rest(chunks: Bytes[], next: Promise<Part>, reader: Reader) {
  try {
    yield* chunks
    for (let part = await next; !part.done; part = (await reader.read()) as Part) yield part.value
  } finally {
    await reader.cancel()
  }
}
