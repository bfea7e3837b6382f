import { describe, expect, it } from 'vitest'
import { createMetadataSource } from '../../../src/wire/metadata-source.ts'
import { createDiscovery } from '../../../src/wire/server-metadata.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { minutes } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const issuer = 'https://auth.test'
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Discovery at an issuer whose documents are answered by `answer`; no network, no real time. */
function discovering(answer: (url: string) => Response | Promise<Response>, named = issuer) {
  const clock = manualClock()
  const urls: string[] = []
  const fetch = async (input: unknown) => {
    urls.push(String(input))
    return answer(String(input))
  }
  const parts = {
    issuer: named,
    fetch: () => fetch,
    clock,
    timeLimitMs: 5_000,
    allowInsecureHttp: false,
    signal: new AbortController().signal,
  }
  return { clock, urls, parts, discover: createDiscovery(parts) }
}

const document = (token_endpoint = `${issuer}/token`, named = issuer) =>
  Response.json({ issuer: named, token_endpoint })

describe('metadata of a public issuer', () => {
  it.each([
    'https://localhost/token',
    'https://127.0.0.1/token',
    'https://[::1]/token',
    'https://0.0.0.0/token',
    'http://127.0.0.1:8080/token',
    'http://auth.test/token',
  ])('is refused when it names %s', async (endpoint) => {
    const { discover } = discovering(() => document(endpoint))
    expect(await rejectionOf(discover())).toMatchObject({ code: 'metadata_invalid' })
  })

  it.each([
    'https://auth.test/',
    'https://auth.test//',
    'https://Auth.test',
    'https://auth.test:443',
    'https://auth.test.evil',
  ])('is refused when it is that of %s', async (other) => {
    const { discover } = discovering(() => document(`${issuer}/token`, other))
    expect(await rejectionOf(discover())).toMatchObject({ code: 'metadata_invalid' })
  })
})

describe('metadata of an issuer on our own machine', () => {
  const local = 'https://localhost:8443'

  it.each([
    ['https://localhost:9443/token', true],
    ['https://127.0.0.1/token', true],
    // What came over https is not answered with a secret over http, not even here.
    ['http://localhost:8080/token', false],
  ])('may name %s: %s', async (endpoint, allowed) => {
    const { discover } = discovering(() => document(endpoint, local), local)
    const found = await discover().then(
      ({ tokenEndpoint }) => tokenEndpoint.href,
      () => undefined,
    )
    expect(found).toBe(allowed ? endpoint : undefined)
  })
})

describe('an issuer that fails', () => {
  it.each([408, 425, 429, 500, 503])('with %d may be asked again', async (status) => {
    const { discover } = discovering(() => new Response('', { status }))
    expect(await rejectionOf(discover())).toMatchObject({
      code: 'metadata_unavailable',
      retryable: true,
    })
  })

  it.each([400, 401, 403, 404, 410])('with %d has no metadata', async (status) => {
    const { discover } = discovering(() => new Response('', { status }))
    expect(await rejectionOf(discover())).toMatchObject({ code: 'metadata_invalid', status })
  })
})

describe('metadata of more than a mebibyte', () => {
  it('is refused for its length', async () => {
    const { discover } = discovering(() => new Response(' '.repeat(1_048_577)))
    const error = await rejectionOf(discover())
    expect(error).toMatchObject({ code: 'metadata_invalid' })
    expect((error as Error).message).toContain('holds more than 1 MiB')
  })
})

describe('metadata of an issuer that a resource named', () => {
  it('is asked for once, and kept beside the manager’s own', async () => {
    const other = 'https://other.test'
    const { urls, parts } = discovering((url) => {
      const { origin } = new URL(url)
      return document(`${origin}/token`, origin)
    })
    const metadata = createMetadataSource(undefined, parts)
    for (const named of [other, undefined, other, issuer]) {
      expect((await metadata(named)).tokenEndpoint.origin).toBe(named ?? issuer)
    }
    expect(urls.map((url) => new URL(url).origin)).toEqual([other, issuer])
  })
})

describe('metadata that is an hour old', () => {
  async function known() {
    let answer = () => Promise.resolve(document())
    const discovery = discovering(() => answer())
    await discovery.discover()
    discovery.urls.length = 0
    const become = (next: () => Promise<Response>) => {
      answer = next
    }
    return { ...discovery, become }
  }

  it('is renewed behind the callers, and not a moment earlier', async () => {
    const { clock, urls, discover, become } = await known()
    become(() => Promise.resolve(document(`${issuer}/moved`)))
    clock.advance(minutes(60) - 1)
    await discover()
    expect(urls).toHaveLength(0)
    clock.advance(1)
    expect((await discover()).tokenEndpoint.pathname).toBe('/token')
    await settle()
    expect((await discover()).tokenEndpoint.pathname).toBe('/moved')
    expect(urls).toHaveLength(1)
  })

  it('is renewed once for all who come meanwhile', async () => {
    const { clock, urls, discover, become } = await known()
    become(() => new Promise(() => undefined))
    clock.advance(minutes(60))
    for (let call = 0; call < 10; call += 1) await discover()
    await settle()
    expect(urls).toHaveLength(1)
  })

  it('keeps serving when its renewal fails, which is tried again after a minute', async () => {
    const { clock, urls, discover, become } = await known()
    become(() => Promise.resolve(new Response('', { status: 503 })))
    clock.advance(minutes(60))
    await discover()
    await settle()
    const asked = urls.length
    expect(asked).toBeGreaterThan(0)
    clock.advance(minutes(1) - 1)
    expect((await discover()).tokenEndpoint.pathname).toBe('/token')
    await settle()
    expect(urls).toHaveLength(asked)
    clock.advance(1)
    await discover()
    await settle()
    expect(urls.length).toBeGreaterThan(asked)
  })
})
