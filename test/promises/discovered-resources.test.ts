/** Resources that say themselves which tokens they take (RFC 9728), and whom we believe. */
import { TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions, TokenRequestInput } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startDescribedResource, wellKnown } from '../support/described-resource.ts'
import type { DescribedResource } from '../support/described-resource.ts'
import { until } from '../support/loopback-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { minutes, some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

async function starting(entry: TokenRequestInput = {}, options: Partial<TokenManagerOptions> = {}) {
  const server = await startAuthorizationServer()
  const place = await startDescribedResource()
  const url = `${place.origin}/mcp`
  const members = { resource: url, authorization_servers: [server.issuer] }
  place.documents[`${wellKnown}/mcp`] = members
  const clock = manualClock()
  const tokens = new TokenManager(
    some.options({
      ...{ issuer: server.issuer, tokenEndpoint: undefined as never },
      ...{ resources: { [url]: entry }, discoverResources: true, retries: 0 },
      ...{ random: () => 0, clock, ...options },
    }),
  )
  onTestFinished(() => tokens.close())
  return { server, place, url, members, clock, tokens, fetch: tokens.fetch }
}

describe('a resource whose entry names no audience', () => {
  it('is asked what it takes, once for a herd, and never again while that is fresh', async () => {
    const { server, place, url, fetch } = await starting()
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/tools`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(place.asked()).toEqual([`${wellKnown}/mcp`])
    expect(server.requests).toHaveLength(1)
    expect([server.form().get('resource'), server.form().get('audience')]).toEqual([url, null])
    expect(place.tokens()).toEqual(Array(20).fill(`Bearer ${server.issued[0] ?? ''}`))
    // The first question, the document, and the calls themselves.
    expect(place.requests).toHaveLength(22)
    expect(place.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it('may be described at the root, for all that is below', async () => {
    const { server, place, members, fetch, url } = await starting()
    place.documents[`${wellKnown}/mcp`] = undefined
    place.documents[wellKnown] = { ...members, resource: place.origin }
    expect((await fetch(url)).status).toBe(200)
    expect(place.asked()).toEqual([`${wellKnown}/mcp`, wellKnown])
    expect(server.form().get('resource')).toBe(place.origin)
  })

  it('may say where it is described, and for which scopes', async () => {
    const { server, place, members, fetch, url } = await starting()
    place.documents['/.well-known/elsewhere'] = { ...members, scopes_supported: ['all'] }
    const named = `resource_metadata="${place.origin}/.well-known/elsewhere"`
    const bearer = `Bearer realm="a, b", scope="files.read files.list", ${named}`
    place.challenge = `Basic realm="x", DPoP scope="another", ${bearer}`
    expect((await fetch(url)).status).toBe(200)
    expect(place.asked()).toEqual(['/.well-known/elsewhere'])
    expect(server.form().get('scope')).toBe('files.list files.read')
  })

  it.each<[string, TokenRequestInput, string | undefined, string | null]>([
    ['the entry’s own', { scopes: ['own'] }, 'Bearer scope="challenged"', 'own'],
    ['those of the challenge', {}, 'Bearer scope="challenged"', 'challenged'],
    ['those of another scheme’s', {}, 'DPoP algs="ES256", scope="challenged"', 'challenged'],
    ['those that it supports', {}, undefined, 'supported'],
    ['those that it supports (no scope)', {}, 'Bearer realm="x"', 'supported'],
  ])('is asked for with %s scopes', async (_whose, entry, challenge, expected) => {
    const { server, place, members, fetch, url } = await starting(entry)
    place.documents[`${wellKnown}/mcp`] = { ...members, scopes_supported: ['supported'] }
    place.challenge = challenge
    await fetch(url)
    expect(server.form().get('scope')).toBe(expected)
  })

  it('is asked for with the entry’s own parameters', async () => {
    const { server, fetch, url } = await starting({ parameters: { tenant: 'one' } })
    await fetch(url)
    expect(server.form().get('tenant')).toBe('one')
  })

  it('is not asked where the entry says enough, or where the user has not asked for it', async () => {
    for (const [entry, options] of [
      [{ audience: 'event' }, {}],
      [{ resource: 'urn:event' }, {}],
      [{}, { discoverResources: undefined }],
    ] as const) {
      const { place, fetch, url } = await starting(entry, options)
      await fetch(url)
      expect(place.asked()).toEqual([])
    }
  })

  it('is asked ahead of the first call by prewarm', async () => {
    const { server, place, tokens, url, fetch } = await starting()
    await tokens.prewarm()
    expect([server.requests.length, place.tokens().length]).toEqual([1, 0])
    await fetch(url)
    expect(server.requests).toHaveLength(1)
  })
})

describe('a resource that is not believed', () => {
  it.each<[string, (place: DescribedResource, members: object) => void, string, RegExp]>([
    [
      'speaks of another place',
      ({ documents }, members) => {
        documents[`${wellKnown}/mcp`] = { ...members, resource: 'https://bank.test' }
      },
      'metadata_invalid',
      /is the metadata of 'https:\/\/bank.test', not of/,
    ],
    [
      'keeps its metadata at a stranger’s',
      (place) => {
        place.challenge = 'Bearer resource_metadata="https://evil.test/x"'
      },
      'metadata_invalid',
      /names metadata at https:\/\/evil.test, which is not its own origin/,
    ],
    [
      'names an authorization server that is not allowed',
      ({ documents }, members) => {
        const servers = ['https://evil.test', 'https://auth.test\n\u001b[31m']
        documents[`${wellKnown}/mcp`] = { ...members, authorization_servers: servers }
      },
      'issuer_not_allowed',
      /takes tokens of https:\/\/evil.test, https:\/\/auth.test \[31m, and none of them is in allow/,
    ],
    [
      'names a scope that is none',
      (place) => {
        place.challenge = String.raw`Bearer scope="a\"b"`
      },
      'metadata_invalid',
      /names what no token can be asked for/,
    ],
    [
      'names itself with a line break',
      ({ documents, origin }, members) => {
        documents[`${wellKnown}/mcp`] = { ...members, resource: `${origin}/m\ncp` }
      },
      'metadata_invalid',
      /is the metadata of/,
    ],
  ])('because it %s: no credential is sent anywhere', async (_case, change, code, message) => {
    const { server, place, members, fetch, url } = await starting()
    change(place, members)
    const error = await rejectionOf(fetch(url))
    expect(error).toMatchObject({ name: 'MetadataError', code, retryable: false })
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toMatch(/\p{Cc}/u)
    expect(server.requests).toHaveLength(0)
    expect(place.tokens()).toEqual([])
  })

  it('because its issuer differs by a slash, or only its metadata does', async () => {
    const { server, place, members, fetch, url } = await starting()
    place.documents[`${wellKnown}/mcp`] = {
      ...members,
      authorization_servers: [`${server.issuer}/`],
    }
    expect(await rejectionOf(fetch(url))).toMatchObject({ code: 'issuer_not_allowed' })
    expect(server.requests).toHaveLength(0)
  })

  it('is believed again when the next document is right, and not asked by every call before', async () => {
    const { place, members, fetch, url, clock } = await starting()
    place.documents[`${wellKnown}/mcp`] = undefined
    const failure = { code: 'metadata_invalid', status: 404 }
    for (let call = 0; call < 20; call += 1) {
      expect(await rejectionOf(fetch(url))).toMatchObject(failure)
    }
    expect(place.asked().length).toBeLessThanOrEqual(3)
    place.documents[`${wellKnown}/mcp`] = members
    expect(await rejectionOf(fetch(url))).toMatchObject(failure)
    clock.advance(1_000)
    expect((await fetch(url)).status).toBe(200)
  })

  it.each<[string, object, RegExp]>([
    [
      'allowedIssuers alone',
      { discoverResources: false, allowedIssuers: [] },
      /is for discoverRes/,
    ],
    [
      'no issuer at all',
      { issuer: undefined, tokenEndpoint: 'https://a.test/t' },
      /is empty and th/,
    ],
    ['an http issuer', { allowedIssuers: ['http://auth.test'] }, /is http; use https/],
    ['an issuer that is no URL', { allowedIssuers: ['auth.test'] }, /not an absolute URL/],
    ['an issuer that is no text', { allowedIssuers: [5] }, /holds a number/],
    ['a text', { allowedIssuers: 'https://auth.test' }, /must be an array of issuers/],
  ])('cannot be asked for with %s', (_case, options, message) => {
    const given = { issuer: 'https://a.test', tokenEndpoint: undefined, discoverResources: true }
    const all = { ...given, ...options } as unknown as Partial<TokenManagerOptions>
    expect(() => new TokenManager(some.options(all))).toThrow(message)
  })
})

describe('a second authorization server', () => {
  it('that is allowed is discovered, and its tokens are its own', async () => {
    const second = await startAuthorizationServer()
    const allowedIssuers = [second.issuer]
    const { server, place, members, url, fetch, tokens } = await starting({}, { allowedIssuers })
    place.documents[`${wellKnown}/mcp`] = {
      ...members,
      authorization_servers: ['https://evil.test', second.issuer, server.issuer],
    }
    expect((await fetch(url)).status).toBe(200)
    expect([server.requests.length, second.requests.length]).toEqual([0, 1])
    expect(place.tokens()).toEqual([`Bearer ${second.issued[0] ?? ''}`])
    // The same words to the manager's own server are another token.
    const own = await tokens.getToken({ resource: url })
    expect(own.accessToken).toBe(server.issued[0])
    expect([server.requests.length, second.requests.length]).toEqual([1, 1])
  })

  it('whose metadata is another’s gets nothing', async () => {
    const second = await startAuthorizationServer()
    const allowedIssuers = [second.issuer]
    const { server, place, members, url, fetch } = await starting({}, { allowedIssuers })
    place.documents[`${wellKnown}/mcp`] = { ...members, authorization_servers: allowedIssuers }
    second.metadata = { ...second.metadata, issuer: server.issuer }
    expect(await rejectionOf(fetch(url))).toMatchObject({ code: 'metadata_invalid' })
    expect([server.requests.length, second.requests.length]).toEqual([0, 0])
  })
})

describe('what a resource has said', () => {
  it('is asked again after an hour, behind the callers, and kept where that fails', async () => {
    const { server, place, members, url, clock, fetch } = await starting()
    await fetch(url)
    place.documents[`${wellKnown}/mcp`] = { ...members, scopes_supported: ['new'] }
    clock.advance(minutes(60))
    await fetch(url)
    expect(server.form().get('scope')).toBeNull()
    await until(() => place.asked().length === 2)
    const scopeOf = async () => {
      await fetch(url)
      return server.form().get('scope')
    }
    let scope = await scopeOf()
    for (let tries = 0; scope !== 'new' && tries < 50; tries += 1) scope = await scopeOf()
    expect(scope).toBe('new')
    place.documents[`${wellKnown}/mcp`] = undefined
    clock.advance(minutes(60))
    await fetch(url)
    await until(() => place.asked().length === 4)
    expect((await fetch(url)).status).toBe(200)
    expect(server.form().get('scope')).toBe('new')
  })

  it('is waited for by each caller until that one leaves', async () => {
    const { place, url, fetch, server } = await starting()
    const release = place.hold()
    const controller = new AbortController()
    const leaving = rejectionOf(fetch(url, { signal: controller.signal }))
    const staying = fetch(url)
    await until(() => place.requests.length > 0)
    const reason = new Error('I have seen enough')
    controller.abort(reason)
    expect(await leaving).toBe(reason)
    expect(await rejectionOf(fetch(url, { signal: controller.signal }))).toBe(reason)
    release()
    expect((await staying).status).toBe(200)
    expect(server.requests).toHaveLength(1)
  })

  it('is waited for no longer when the manager is closed', async () => {
    const { place, url, fetch, tokens, clock } = await starting()
    const release = place.hold()
    const waiting = rejectionOf(fetch(url))
    await until(() => place.requests.length > 0)
    await tokens.close()
    expect(await waiting).toMatchObject({ code: 'manager_closed' })
    expect(await rejectionOf(fetch(url))).toMatchObject({ code: 'manager_closed' })
    release()
    expect([clock.pending, place.asked()]).toEqual([0, []])
  })
})
