/**
 * Reads a body up to a limit and no further. The limit holds for what arrives, not for what
 * `Content-Length` claims; the time limit is the caller's signal.
 */

export const longestBodyBytes = 1_048_576

/** The body as text, or undefined when it is longer than {@link longestBodyBytes}. */
export async function boundedText(
  response: Response,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunksOf(response)) {
    // A fetch that ignores its signal would go on reading for nobody.
    signal?.throwIfAborted()
    bytes += chunk.byteLength
    // Leaving the loop cancels the stream, which frees the socket.
    if (bytes > longestBodyBytes) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** A caller's own fetch may bring no body, a web stream, or a Node stream: all can be iterated. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const body: unknown = response.body
  if (body === null || body === undefined) {
    if (typeof response.text === 'function') yield Buffer.from(await response.text())
    return
  }
  for await (const chunk of body as AsyncIterable<Uint8Array | ArrayBuffer | string>) {
    if (typeof chunk === 'string') yield Buffer.from(chunk)
    else yield chunk instanceof Uint8Array ? chunk : Buffer.from(chunk)
  }
}
