import { MetadataError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { discoverResource, readResourceMetadata } from '../../../src/wire/resource-metadata.ts'
import type { ResourceHint } from '../../../src/wire/resource-metadata.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const issuer = 'https://auth.test'
const wellKnown = '/.well-known/oauth-protected-resource'
const noHint: ResourceHint = { metadataUrl: undefined, scope: undefined }

function read(document: unknown, { place = 'https://api.test/mcp', hint = noHint } = {}) {
  const url = new URL(`https://api.test${wellKnown}`)
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  return readResourceMetadata(text, { url, place: new URL(place), hint })
}

describe('a document of a resource', () => {
  it('names the resource, its authorization servers and its scopes', () => {
    const servers = [issuer, 'https://other.test']
    const members = { resource: 'https://api.test/mcp', authorization_servers: servers }
    expect(read({ ...members, scopes_supported: ['a', 'b'] })).toEqual({
      resource: 'https://api.test/mcp',
      authorizationServers: servers,
      scopes: ['a', 'b'],
    })
    expect(read(members).scopes).toEqual([])
  })

  // RFC 9728 section 3.3.
  it.each<[string, string, boolean]>([
    ['https://api.test/mcp', 'https://api.test/mcp', true],
    ['https://api.test/mcp', 'https://api.test/mcp/', true],
    ['https://api.test/mcp/', 'https://api.test/mcp', true],
    ['https://api.test', 'https://api.test/mcp', true],
    ['https://api.test/', 'https://api.test/mcp/v1', true],
    // Sent on as it is written: what two readers could read differently is not believed.
    ['https://API.test:443/mcp', 'https://api.test/mcp', false],
    ['https://api.test\\@evil.test/..', 'https://api.test/mcp', false],
    [' https://api.test/', 'https://api.test/mcp', false],
    ['https://api.test/?', 'https://api.test/mcp', false],
    ['https://api.test/mcp/v1', 'https://api.test/mcp', false],
    ['https://api.test/mc', 'https://api.test/mcp', false],
    ['https://api.test/mcp/../other', 'https://api.test/mcp', false],
    ['https://api.test/mcp?tenant=1', 'https://api.test/mcp', false],
    ['https://api.test/mcp#x', 'https://api.test/mcp', false],
    ['https://user:fake@api.test/mcp', 'https://api.test/mcp', false],
    ['https://evil.test/mcp', 'https://api.test/mcp', false],
    ['https://api.test.evil.test/mcp', 'https://api.test/mcp', false],
    ['https://api.test:8443/mcp', 'https://api.test/mcp', false],
    ['http://api.test/mcp', 'https://api.test/mcp', false],
    ['api.test/mcp', 'https://api.test/mcp', false],
    ['urn:api', 'https://api.test/mcp', false],
    ['', 'https://api.test/mcp', false],
  ])('of %s speaks for %s: %s', (resource, place, believed) => {
    const document = { resource, authorization_servers: [issuer] }
    if (believed) {
      expect(read(document, { place }).resource).toBe(resource)
      return
    }
    expect(() => read(document, { place })).toThrow(MetadataError)
    expect(() => read(document, { place })).toThrow(`not of ${place}`)
  })

  it.each<[string, unknown, RegExp]>([
    ['is a page', '<html>log in</html>', /is not a JSON object/],
    ['is a list', [], /is not a JSON object/],
    ['names no resource', { authorization_servers: [issuer] }, /names no resource/],
    ['names two', { resource: ['https://api.test/mcp'] }, /names no resource/],
    ['names no server', { resource: 'https://api.test' }, /names no authorization server/],
    ['lists none', { resource: 'https://api.test', authorization_servers: [] }, /names no auth/],
    [
      'lists one as text',
      { resource: 'https://api.test', authorization_servers: issuer },
      /no auth/,
    ],
    ['lists no texts', { resource: 'https://api.test', authorization_servers: [5, {}] }, /no auth/],
  ])('that %s is refused, with what to change', (_case, document, message) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({ code: 'metadata_invalid' }) as Error,
    )
    expect(() => read(document)).toThrow(message)
    expect(() => read(document)).toThrow(/name audience and scopes in its entry/)
  })

  it.each([
    [undefined, ['b', 'a']],
    ['c  d', ['c', 'd']],
    ['', []],
  ])('yields to the scopes of the challenge, if there are any: %j', (scope, expected) => {
    const document = {
      resource: 'https://api.test',
      authorization_servers: [issuer],
      scopes_supported: ['b', 5, 'a'],
    }
    expect(read(document, { hint: { metadataUrl: undefined, scope } }).scopes).toEqual(expected)
  })
})

interface Script {
  readonly place?: string
  readonly hint?: Partial<ResourceHint>
  /** By URL: a document, a status, an error, or `never`. */
  readonly answers: Readonly<Record<string, unknown>>
  readonly status?: number
}

function discovering({ place = 'https://api.test/mcp', hint, answers, status = 401 }: Script) {
  const asked: string[] = []
  const redirects: unknown[] = []
  const clock = manualClock()
  const closing = new AbortController()
  const fetch = (input: unknown, init: RequestInit = {}) => {
    const url = String(input)
    asked.push(url)
    redirects.push(init.redirect)
    const answer = url in answers ? answers[url] : url === new URL(place).href ? status : 404
    if (answer === 'never') {
      return new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => {
          reject(init.signal?.reason as Error)
        })
      })
    }
    if (answer instanceof Error) return Promise.reject(answer)
    if (typeof answer === 'number') {
      const headers = { 'www-authenticate': 'x' }
      return Promise.resolve(new Response('x', { status: answer, headers }))
    }
    return Promise.resolve(Response.json(answer))
  }
  const found = discoverResource(new URL(place), {
    fetch: () => fetch as typeof globalThis.fetch,
    clock,
    timeLimitMs: 5_000,
    allowInsecureHttp: false,
    signal: closing.signal,
    hintIn: (header) => (header === null ? noHint : { ...noHint, ...hint }),
  })
  // Some end while the test is not yet waiting for them.
  found.catch(() => undefined)
  return { found, asked, redirects, clock, closing }
}

const document = (resource = 'https://api.test/mcp') => ({
  resource,
  authorization_servers: [issuer],
})
const atPath = `https://api.test${wellKnown}/mcp`
const atRoot = `https://api.test${wellKnown}`

describe('the metadata of a resource', () => {
  it('is looked for where its path is inserted, then at the root', async () => {
    const first = discovering({ answers: { [atPath]: document(), [atRoot]: document('x:') } })
    expect((await first.found).resource).toBe('https://api.test/mcp')
    expect(first.asked).toEqual(['https://api.test/mcp', atPath])
    const second = discovering({ answers: { [atRoot]: document('https://api.test') } })
    expect((await second.found).resource).toBe('https://api.test')
    expect(second.asked).toEqual(['https://api.test/mcp', atPath, atRoot])
  })

  it.each([
    ['https://api.test/', [atRoot]],
    ['https://api.test/mcp/', [atPath, atRoot]],
    ['https://api.test//evil.test/x', [`${atRoot}//evil.test/x`, atRoot]],
  ])('of %s is looked for at its own origin alone', async (place, places) => {
    const { found, asked } = discovering({ place, answers: {} })
    expect(await rejectionOf(found)).toMatchObject({ code: 'metadata_invalid', status: 404 })
    expect(asked).toEqual([place, ...places])
  })

  it.each([
    [`${atRoot}?version=2`, `${atRoot}?version=2`],
    ['/own-metadata', 'https://api.test/own-metadata'],
    ['metadata', 'https://api.test/metadata'],
    ['https://API.test:443/metadata', 'https://api.test/metadata'],
  ])('is asked where the challenge says it is, and nowhere else: %s', async (metadataUrl, at) => {
    const { found, asked } = discovering({ hint: { metadataUrl }, answers: { [at]: document() } })
    await expect(found).resolves.toBeDefined()
    expect(asked).toEqual(['https://api.test/mcp', at])
    const missing = discovering({ hint: { metadataUrl }, answers: { [atPath]: document() } })
    expect(await rejectionOf(missing.found)).toMatchObject({ status: 404 })
  })

  it.each([
    `https://evil.test${wellKnown}`,
    '//evil.test/x',
    `http://api.test${wellKnown}`,
    `https://api.test:8443${wellKnown}`,
    'data:application/json,{}',
    'file:///etc/metadata',
  ])('is not asked of another origin: %s', async (metadataUrl) => {
    const { found, asked } = discovering({ hint: { metadataUrl }, answers: {} })
    const error = await rejectionOf(found)
    expect(error).toMatchObject({ code: 'metadata_invalid' })
    expect((error as Error).message).toContain('which is not its own origin')
    expect(asked).toEqual(['https://api.test/mcp'])
  })

  it('is asked for without redirects, the first question included', async () => {
    const { found, asked, redirects } = discovering({ answers: { [atRoot]: document() } })
    await found
    expect(asked).toEqual(['https://api.test/mcp', atPath, atRoot])
    expect(redirects).toEqual(['manual', 'manual', 'manual'])
  })

  it('is looked for in the usual places where the challenge names no URL', async () => {
    const hint = { metadataUrl: 'https://[' }
    const { found } = discovering({ hint, answers: { [atPath]: document() } })
    await expect(found).resolves.toBeDefined()
  })

  it('counts with the challenge of a 401 alone', async () => {
    const hint = { metadataUrl: 'https://evil.test/', scope: 'evil' }
    const { found } = discovering({ hint, status: 403, answers: { [atPath]: document() } })
    expect((await found).scopes).toEqual([])
  })

  it.each<[string, unknown]>([
    ['answers 200', 200],
    ['answers 500', 500],
    ['cannot be reached', new Error('no network')],
  ])('is looked for also where the resource %s to the first question', async (_case, answer) => {
    const { found } = discovering({
      answers: { 'https://api.test/mcp': answer, [atPath]: document() },
    })
    await expect(found).resolves.toBeDefined()
  })

  it('is looked for also where the resource never answers the first question', async () => {
    const { found, clock } = discovering({
      answers: { 'https://api.test/mcp': 'never', [atPath]: document() },
    })
    clock.advance(seconds(5))
    await expect(found).resolves.toBeDefined()
    expect(clock.pending).toBe(0)
  })

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['where both are missing', {}, /oauth-protected-resource.* answered 404/],
    [
      'where one speaks of another',
      { [atRoot]: document('https://api.test/other') },
      /metadata of/,
    ],
    ['where the first does', { [atPath]: document('https://evil.test') }, /of 'https:\/\/evil/],
    ['where the first is broken', { [atPath]: 503 }, /answered 503/],
    ['where both are', { [atPath]: 503, [atRoot]: document('x:') }, /answered 503/],
  ])('says what tells most, %s', async (_case, answers, message) => {
    const error = await rejectionOf(discovering({ answers }).found)
    expect((error as Error).message).toMatch(message)
  })

  it('ends with the manager, whatever it waits for', async () => {
    for (const place of ['https://api.test/mcp', atPath, atRoot]) {
      const { found, asked, clock, closing } = discovering({ answers: { [place]: 'never' } })
      for (let turn = 0; turn < 1_000 && asked.at(-1) !== place; turn += 1) await Promise.resolve()
      expect(asked.at(-1)).toBe(place)
      const reason = new Error('closed')
      closing.abort(reason)
      expect(await rejectionOf(found)).toBe(reason)
      expect([asked.at(-1), clock.pending]).toEqual([place, 0])
    }
  })
})
