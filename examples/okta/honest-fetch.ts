/**
 * A `fetch` for an API that says "refused" with status 200, as the tutorial's does. Tokens are
 * judged by status, so this gives such an answer the status it should have had; a token that the
 * API no longer takes is then renewed like any other.
 */
export function honestFetch(apiUrl: string): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (new URL(response.url).origin !== apiUrl || response.status !== 200) return response
    const copy: unknown = await response
      .clone()
      .json()
      .catch(() => undefined)
    if (!isRefusal(copy)) return response
    const { body, headers } = response
    return new Response(body, { status: 401, headers })
  }
}

/** Nothing but `{ error: text }`: an answer with content of its own is left alone. */
function isRefusal(content: unknown): boolean {
  if (typeof content !== 'object' || content === null) return false
  return (
    'error' in content && typeof content.error === 'string' && Object.keys(content).length === 1
  )
}
