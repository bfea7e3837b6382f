import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { createBearerFetch } from '../../../src/bearer/bearer-fetch.ts'
import { bearerRoute } from '../../../src/token-source.ts'
import type { TokenSource } from '../../../src/token-source.ts'
import { rejectionOf } from '../../support/start.ts'

const source: TokenSource = {
  getToken: () =>
    Promise.resolve(
      new AccessToken({ accessToken: 'fake', tokenType: 'Bearer', expiresAt: 0, scopes: [] }),
    ),
  invalidate: () => true,
}

/** A fetch that knows `https://a.test` alone, over one that answers by URL. */
function fetching(answers: Readonly<Record<string, () => Response>>) {
  const sent: { readonly url: string; readonly headers: Headers }[] = []
  const below = (input: unknown, init: RequestInit = {}) => {
    const url = String(input)
    sent.push({ url, headers: new Headers(init.headers) })
    return Promise.resolve(answers[url]?.() ?? new Response('end'))
  }
  const fetch = createBearerFetch({
    router: { [bearerRoute]: (url) => (url.hostname === 'a.test' ? source : undefined) },
    fetch: () => below as typeof globalThis.fetch,
  })
  return { fetch, sent }
}

const redirect = (location: string, status = 302, body: ReadableStream | null = null) =>
  new Response(body, { status, headers: { location } })

describe('a redirect', () => {
  it('is given up, so that its socket is free', async () => {
    let cancelled = false
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true
      },
    })
    const { fetch } = fetching({ 'https://a.test/': () => redirect('/there', 302, body) })
    expect(await (await fetch('https://a.test/')).text()).toBe('end')
    expect(cancelled).toBe(true)
  })

  it('to another origin loses the cookies for good, wherever that one leads', async () => {
    const { fetch, sent } = fetching({
      'https://a.test/': () => redirect('https://b.test/one'),
      'https://b.test/one': () => redirect('/two'),
      'https://b.test/two': () => redirect('https://a.test/back'),
      'https://a.test/back': () => redirect('/end'),
    })
    const headers = { cookie: 'fake=1', 'x-kept': 'yes' }
    const response = await fetch('https://a.test/', { headers })
    expect(response.redirected).toBe(true)
    const cookies = sent.map((request) => request.headers.get('cookie'))
    expect(cookies).toEqual(['fake=1', null, null, null, null])
    expect(sent.every((request) => request.headers.get('x-kept') === 'yes')).toBe(true)
    const spent = sent.map((request) => request.headers.get('authorization'))
    expect(spent).toEqual(['Bearer fake', null, null, 'Bearer fake', 'Bearer fake'])
  })

  it.each([307, 308])('of %d is not followed by a stream, which is gone', async (status) => {
    const { fetch, sent } = fetching({ 'https://a.test/': () => redirect('/there', status) })
    const body = new Blob(['streamed']).stream()
    const call = fetch('https://a.test/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    const error = await rejectionOf(call)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).cause).toMatchObject({ message: 'a stream cannot follow a redirect' })
    expect(sent).toHaveLength(1)
  })
})
