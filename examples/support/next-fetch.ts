/**
 * What Next.js does to the global `fetch`, as far as tokens are concerned: it reads `cache` and
 * `next` in `init` and keeps answers of 200, to a POST as well. Written after its `patch-fetch.ts`
 * of 2026, for a page with `fetchCache = 'default-cache'`: what does not ask for less is kept.
 */

/** In a project with Next.js, `RequestInit` is this already. */
export interface NextInit extends RequestInit {
  readonly next?: { readonly revalidate?: number | false; readonly tags?: readonly string[] }
}

export interface NextFetch {
  /** The `init` of every call, as it arrived. */
  readonly calls: readonly NextInit[]
  /** What is kept, in the order in which it came. On a server these are files. */
  readonly kept: () => readonly string[]
  /** Puts the global `fetch` back. */
  readonly restore: () => void
}

export function patchFetchAsNextDoes(): NextFetch {
  const original = globalThis.fetch
  const calls: NextInit[] = []
  const kept = new Map<string, string>()
  globalThis.fetch = async (input, init: NextInit = {}) => {
    calls.push(init)
    if (init.cache === 'no-store' || init.next?.revalidate === 0) return original(input, init)
    const url = input instanceof Request ? input.url : String(input)
    const key = JSON.stringify([url, init.method, [...new Headers(init.headers)], init.body])
    const found = kept.get(key)
    if (found !== undefined) return new Response(found)
    const response = await original(input, init)
    if (response.status === 200) kept.set(key, await response.clone().text())
    return response
  }
  return {
    calls,
    kept: () => [...kept.values()],
    restore: () => {
      globalThis.fetch = original
    },
  }
}
