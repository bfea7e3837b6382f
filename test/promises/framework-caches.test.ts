/** A framework's fetch may keep answers: what it could mix up, it is told or shown. */
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'
import { createAccessTokenVerifier } from 'm2m-tokens/verifier'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startLoopbackServer } from '../support/loopback-server.ts'
import { start } from '../support/start.ts'

interface Seen {
  readonly input: Parameters<typeof fetch>[0]
  readonly init: RequestInit | undefined
}

/** Sees everything, and answers as the real one does. */
function watchedFetch() {
  const seen: Seen[] = []
  const watched: typeof fetch = (input, init) => {
    seen.push({ input, init })
    return fetch(input, init)
  }
  return { seen, fetch: watched }
}

describe('requests of ours', () => {
  it('for metadata, tokens and keys are not to be kept by anybody', async () => {
    const { seen, fetch } = watchedFetch()
    const server = await startAuthorizationServer()
    onTestFinished(() => server.close())
    const tokens = new TokenManager({ ...server.options, fetch })
    onTestFinished(() => tokens.close())
    const { accessToken } = await tokens.getToken('event')
    const { issuer } = server
    await createAccessTokenVerifier({ issuer, audience: 'event', fetch }).verify(accessToken)
    // Metadata and token; metadata and keys.
    expect(seen.map(({ init }) => init?.cache)).toEqual(Array(4).fill('no-store'))
  })
})

describe('a Request of the caller’s', () => {
  async function sending(request: (origin: string) => Request) {
    const { seen, fetch } = watchedFetch()
    const { origin } = await startLoopbackServer((_, response) => {
      response.end('hello')
    })
    const { tokens } = await start({
      options: { fetch, resources: { [origin]: { audience: 'a' } } },
    })
    const response = await tokens.fetch(request(origin))
    expect(await response.text()).toBe('hello')
    return seen.at(-1)?.input as Request & { readonly next?: unknown }
  }

  it('shows our header itself: who looks at it alone takes no answer for another’s', async () => {
    const sent = await sending((origin) => new Request(`${origin}/a`, { headers: { 'x-a': 'b' } }))
    expect(sent.headers.get('authorization')).toMatch(/^Bearer /)
    expect(sent.headers.get('x-a')).toBe('b')
  })

  it.each([
    ['GET', undefined],
    ['POST', 'a body'],
  ])('keeps what was put on it: %s', async (method, body) => {
    const next = { revalidate: 60 }
    const sent = await sending((origin) => {
      const request = new Request(`${origin}/a`, body === undefined ? { method } : { method, body })
      return Object.assign(request, { next })
    })
    expect(sent.next).toBe(next)
  })
})
