/** Frees the socket behind a response that nobody will read. */

/**
 * Gives up the rest of a body: a web stream, or the Node stream of a fetch of the caller's own. It
 * is not waited for, because a stream that never ends its cancelling must not hold a caller.
 */
export function discardBody(response: Response): void {
  const body: unknown = response.body
  if (typeof body !== 'object' || body === null) return
  const { cancel, destroy } = body as { cancel?: unknown; destroy?: unknown }
  try {
    if (typeof cancel === 'function') {
      const cancelled = cancel.call(body) as Promise<void> | undefined
      cancelled?.catch(() => undefined)
    } else if (typeof destroy === 'function') destroy.call(body)
  } catch {
    // Locked or already errored: then its socket is not ours to free.
  }
}
