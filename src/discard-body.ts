/** Frees the socket behind a response that nobody will read. */

/** Gives up the rest of a body; a failure to do so is nobody's. */
export async function discardBody(response: Response): Promise<void> {
  try {
    await response.body?.cancel()
  } catch {
    // Locked or already errored: then its socket is not ours to free.
  }
}
