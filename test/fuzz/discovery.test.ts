import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../../src/wire/server-metadata.ts'
import type { ServerMetadata } from '../../src/wire/metadata-members.ts'
import { manualClock } from '../support/manual-clock.ts'
import {
  bodyText,
  guardPrototypes,
  hostileText,
  packageRejectionOf,
  runs,
  withPollutedPrototype,
} from './hostile.ts'

const issuer = 'https://auth.test'

function discovery(respond: () => unknown, allowInsecureHttp = false) {
  const asked: string[] = []
  const discover = createDiscovery({
    issuer,
    fetch: () => (input) => {
      asked.push(input instanceof Request ? input.url : new URL(input).href)
      return Promise.resolve(respond() as Response)
    },
    clock: manualClock(),
    timeLimitMs: 5_000,
    allowInsecureHttp,
    signal: new AbortController().signal,
  })
  return { discover, asked }
}

const endpoint = fc.oneof(
  fc.constantFrom(
    'https://auth.test/token',
    'https://other.test/token?x=y',
    'http://auth.test/token',
    'http://localhost/token',
    'https://[::1]/token',
    'https://0.0.0.0/token',
    'https://user:fake@auth.test/token',
    'https://auth.test/token#x',
    'javascript:alert(1)',
    '/token',
  ),
  fc.webUrl(),
  hostileText,
)
const members = {
  issuer: fc.oneof(
    { arbitrary: fc.constant(issuer), weight: 5 },
    {
      arbitrary: fc.constantFrom(`${issuer}/`, 'https://AUTH.test', 'https://evil.test'),
      weight: 1,
    },
    { arbitrary: hostileText, weight: 1 },
  ),
  token_endpoint: endpoint,
  token_endpoint_auth_methods_supported: fc.oneof(
    fc.array(fc.constantFrom('client_secret_basic', 'client_secret_post', 'none')),
    fc.array(fc.oneof(hostileText, fc.constant(null), fc.nat())),
    hostileText,
  ),
}

/** Our own machine, by the names that the URL parser leaves: written apart from the source. */
function isSafe({ tokenEndpoint: url }: ServerMetadata): boolean {
  const own = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]'].includes(url.hostname)
  const bare = url.username === '' && url.password === '' && url.hash === ''
  return url.protocol === 'https:' && bare && !own
}

const status = fc.oneof(
  { arbitrary: fc.constant(200), weight: 6 },
  { arbitrary: fc.integer({ min: 200, max: 599 }), weight: 1 },
)
const location = fc.oneof(fc.constant(undefined), fc.webUrl(), hostileText)

guardPrototypes()

describe('a discovery document, whatever it is', () => {
  test.prop([status, bodyText(members), location], runs(300))(
    'gives an https token endpoint that is not our own machine, or a typed error',
    async (code, text, target) => {
      const { discover, asked } = discovery(() => {
        const body = [204, 205, 304].includes(code) ? null : text
        const response = new Response(body, { status: code })
        if (target !== undefined && /^[\x20-\x7e]*$/.test(target)) {
          response.headers.set('location', target)
        }
        return response
      })
      const found = discover()
      const error = await packageRejectionOf(found)
      expect(new Set(asked.map((url) => new URL(url).origin))).toEqual(new Set([issuer]))
      if (error === undefined) {
        const metadata = await found
        expect(isSafe(metadata)).toBe(true)
        expect(metadata.authMethods?.every((name) => typeof name === 'string')).not.toBe(false)
        expect(JSON.parse(text)).toMatchObject({ issuer })
      } else {
        expect(error.name).toBe('MetadataError')
        expect(error.message).not.toMatch(/\p{Cc}/u)
        expect(error.message.length).toBeLessThan(1_000)
      }
    },
  )

  test.prop([fc.anything({ withNullPrototype: true, withBigInt: true })], runs(150))(
    'is a typed error where a fetch of the caller’s own resolves to something else',
    async (value) => {
      const { discover } = discovery(() => value)
      expect((await packageRejectionOf(discover()))?.name).toBe('MetadataError')
    },
  )

  it('that says nothing is not read from a polluted prototype', async () => {
    const polluted = { issuer, token_endpoint: 'https://evil.test/token' }
    // As an answer that needs no stream: the prototype is clean again once a stream is read.
    const chunks = [Buffer.from('{}')]
    const { discover } = discovery(() => ({ ok: true, status: 200, body: chunks }))
    const message = await packageRejectionOf(
      withPollutedPrototype(polluted, () => discover()),
    ).then((error) => error?.message)
    expect(message).toContain('names no issuer')
  })
})
