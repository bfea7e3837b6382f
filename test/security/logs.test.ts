/** T20 and T21: whatever goes wrong, nothing that may be logged holds a token or a secret. */
import { readFileSync } from 'node:fs'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import axios from 'axios'
import {
  clientAssertion,
  clientSecretPost,
  isTokenError,
  privateKeyJwt,
  tlsClientAuth,
} from 'm2m-tokens'
import type { TokenErrorCode, TokenManager, TokenManagerOptions } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { ScriptedAnswer, ScriptedServer } from '../support/authorization-server.ts'
import { until } from '../support/loopback-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { seconds, some } from '../support/some.ts'
import { createManager, rejectionOf } from '../support/start.ts'
import { manualClock } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { expectNone, printed, spellingsOf } from './traces.ts'

const source = readFileSync(new URL('../../src/error-codes.ts', import.meta.url), 'utf8')
const codes = new Set([...source.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code))

const secrets = spellingsOf(some.clientId, some.secret)
const live = 'fake-live-token-that-was-refused'
const echo = `you sent ${secrets.join(' and ')}\u0000\r\n`
const channels = ['acquired', 'renewed', 'failed', 'cooled', 'invalidated', 'joined', 'evicted']

/** Everything that the package tells while the test runs. */
function listen(): unknown[] {
  const messages: unknown[] = []
  const record = (message: unknown) => messages.push(message)
  for (const name of channels) subscribe(`m2m-tokens:${name}`, record)
  onTestFinished(() => {
    for (const name of channels) unsubscribe(`m2m-tokens:${name}`, record)
  })
  return messages
}

interface Stage {
  readonly server: ScriptedServer
  readonly clock: ManualClock
  readonly managers: TokenManager[]
  /** A manager that discovers nothing, unless it is told to. */
  readonly manager: (options?: Partial<TokenManagerOptions>) => TokenManager
}

async function openStage(lifetimeSeconds: number): Promise<Stage> {
  const server = await startAuthorizationServer({ lifetimeSeconds })
  const clock = manualClock()
  const managers: TokenManager[] = []
  const manager = (options: Partial<TokenManagerOptions> = {}) => {
    const made = createManager(server, { clock, retries: 0, ...options })
    managers.push(made)
    return made
  }
  return { server, clock, managers, manager }
}

type Failure = (stage: Stage) => Promise<unknown>

/** The error after this answer, by Basic and by Post. */
const after =
  (answer: ScriptedAnswer): Failure =>
  async ({ server, manager }) => {
    const post = { clientAuthentication: clientSecretPost(some.secret) }
    server.answer(answer, answer)
    const errors = [
      await rejectionOf(manager().getToken('event')),
      await rejectionOf(
        manager({ ...post, clientSecret: undefined as never } as never).getToken('event'),
      ),
    ]
    return Object.assign(errors[0] as Error, { cause: errors[1] })
  }

const afterMetadata =
  (metadata: Record<string, unknown> | undefined): Failure =>
  async ({ server, manager }) => {
    const found = server.metadata
    server.metadata = metadata === undefined ? undefined : { ...found, ...metadata }
    const discovering = { issuer: server.issuer, tokenEndpoint: undefined as never }
    const error = await rejectionOf(manager(discovering).getToken('event'))
    server.metadata = found
    return error
  }

const failures: Readonly<Record<TokenErrorCode, Failure>> = {
  configuration_invalid: ({ manager }) =>
    rejectionOf(
      Promise.resolve().then(() => manager({ clientSecrets: some.secret, retries: 1 } as never)),
    ),
  request_invalid: ({ manager }) =>
    rejectionOf(manager().getToken({ parameters: { client_secret: some.secret } })),
  origin_not_listed: ({ manager }) =>
    rejectionOf(manager().fetch(`https://evil.test/?${encodeURIComponent(some.secret)}`)),
  client_secret_unavailable: ({ manager }) =>
    rejectionOf(manager({ clientSecret: { file: '/nowhere/secret' } }).getToken('event')),
  client_key_unavailable: ({ manager }) =>
    rejectionOf(
      manager({
        clientSecret: undefined as never,
        clientAuthentication: privateKeyJwt({ key: () => `-----BEGIN X-----${some.secret}` }),
      } as never).getToken('event'),
    ),
  client_assertion_unavailable: ({ manager }) =>
    rejectionOf(
      manager({
        clientSecret: undefined as never,
        clientAuthentication: clientAssertion(() => some.jwt({ exp: 1, sub: some.secret })),
      } as never).getToken('event'),
    ),
  client_certificate_unavailable: ({ manager }) =>
    rejectionOf(
      manager({
        clientSecret: undefined as never,
        clientAuthentication: tlsClientAuth({
          certificate: () => some.secret,
          key: () => some.secret,
        }),
      } as never).getToken('event'),
    ),
  issuer_not_allowed: ({ manager, server }) => {
    const fetch = (url: unknown) => {
      const resource = 'https://api.test'
      const found = { resource, authorization_servers: [`https://evil.test/${some.clientId}`] }
      return Promise.resolve(
        String(url).includes('well-known') ? Response.json(found) : new Response(echo),
      )
    }
    const resources = { 'https://api.test': {} }
    return rejectionOf(
      manager({
        ...{ fetch: fetch as never, resources, discoverResources: true },
        issuer: server.issuer,
      } as never).fetch('https://api.test/x'),
    )
  },
  client_authentication_unsupported: afterMetadata({
    token_endpoint_auth_methods_supported: ['private_key_jwt', some.secret],
  }),
  metadata_unavailable: async ({ manager }) => {
    const fetch = () => Promise.resolve(new Response(echo, { status: 503 }))
    const discovering = { issuer: 'https://auth.test', tokenEndpoint: undefined as never, fetch }
    return rejectionOf(manager(discovering as never).getToken('event'))
  },
  metadata_invalid: afterMetadata({ issuer: 'https://evil.test' }),
  token_endpoint_refused: after({ status: 400, body: { error: 'x', error_description: echo } }),
  token_endpoint_throttled: after({ status: 429, headers: { 'retry-after': '1' }, body: echo }),
  token_endpoint_failed: after({ status: 500, body: { access_token: live, message: echo } }),
  token_endpoint_redirected: after({
    status: 307,
    headers: { location: `https://evil.test/?${encodeURIComponent(some.secret)}` },
  }),
  token_response_invalid: after({ body: some.tokenResponse({ access_token: `${live}\n` }) }),
  token_endpoint_unreachable: async ({ manager }) => {
    const fetch = (url: unknown, init: unknown) =>
      Promise.reject(
        Object.assign(new TypeError(`fetch ${String(url)}: ${echo}`), {
          init,
          cause: new Error(echo),
        }),
      )
    return rejectionOf(manager({ fetch: fetch as never }).getToken('event'))
  },
  token_endpoint_timeout: async ({ server, clock, manager }) => {
    const [release, before] = [server.hold(), server.requests.length]
    const failed = rejectionOf(manager().getToken('event'))
    await until(() => server.requests.length > before)
    clock.advance(seconds(6))
    release()
    return failed
  },
  token_expired_on_arrival: async ({ server, clock, manager }) => {
    const [release, before] = [server.hold(), server.requests.length]
    server.answer({ body: some.tokenResponse({ access_token: live, expires_in: 1 }) })
    const failed = rejectionOf(manager().getToken('event'))
    await until(() => server.requests.length > before)
    clock.advance(seconds(2))
    release()
    return failed
  },
  token_lifetime_too_short: ({ manager }) =>
    rejectionOf(manager().getToken('event', [], { minValidityMs: seconds(7_200) })),
  manager_closed: async ({ manager }) => {
    const tokens = manager()
    const failed = rejectionOf(tokens.getToken('event'))
    await tokens.close()
    return failed
  },
}

/** Every kind of event once more, with a token held. */
async function liveThrough({ server, manager }: Stage): Promise<void> {
  const tokens = manager({ maxEntries: 1 })
  const [{ accessToken }] = await Promise.all([tokens.getToken('a'), tokens.getToken('a')])
  await tokens.getToken('a', [], { forceRenewal: true })
  tokens.invalidate(accessToken)
  tokens.invalidate(String(server.issued.at(-1)))
  await tokens.getToken('b')
  await tokens.getToken('c')
}

describe('T20: a run that fails in every way', () => {
  it('T20: leaves no token and no secret in anything that could be logged', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
    const consoles = methods.map((name) => vi.spyOn(console, name))
    const warnings: unknown[] = []
    const warn = (warning: unknown) => warnings.push(warning)
    process.on('warning', warn)
    const messages = listen()
    const stage = await openStage(600)
    const errors: unknown[] = []
    for (const [code, fail] of Object.entries(failures)) {
      const error = await fail(stage)
      expect(error).toMatchObject({ code })
      errors.push(error)
    }
    await liveThrough(stage)
    process.off('warning', warn)

    expect(new Set(Object.keys(failures))).toEqual(codes)
    expect(errors.every(isTokenError)).toBe(true)
    expect(stage.server.issued.length).toBeGreaterThanOrEqual(5)
    const counted = stage.managers.map((tokens) => tokens.stats())
    const text = [...errors, ...messages, ...counted, stage.managers, warnings].map(printed).join()
    expectNone(text, [...secrets, some.secret.slice(0, 16), live, ...stage.server.issued])
    const printedBy = consoles.flatMap(({ mock }) => mock.calls)
    vi.restoreAllMocks()
    expect(printedBy).toEqual([])
  })

  it('T20: has told of it on every channel, so that there was something to search', async () => {
    const names: string[] = []
    const listeners = channels.map(
      (name) => [`m2m-tokens:${name}`, () => names.push(name)] as const,
    )
    for (const [name, listener] of listeners) subscribe(name, listener)
    const stage = await openStage(600)
    await failures.token_endpoint_refused(stage)
    await liveThrough(stage)
    for (const [name, listener] of listeners) unsubscribe(name, listener)
    expect(new Set(names)).toEqual(new Set(channels))
  })
})

describe('T21: a request by axios', () => {
  it.each([
    ['answered', 200],
    ['refused', 401],
    ['answered with an error', 500],
  ])('T21: that is %s shows no token in config, response or error', async (_case, status) => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    resource.always({ status, body: 'hello' })
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    const instance = axios.create({ baseURL: resource.origin })
    attachBearer(instance, tokens)
    const end: unknown = await instance.post('/x', { a: 1 }).catch((error: unknown) => error)
    const { config, response, headers } = end as Record<string, unknown>
    const text = [end, config, response, headers].map(loggedBy).join('\n')
    expect(resource.tokens.length).toBeGreaterThanOrEqual(1)
    expectNone(text, [...server.issued, ...secrets])
    expect(axios.isAxiosError(end)).toBe(status !== 200)
  })
})

/** What loggers show of axios' objects: `request`, which holds what was sent, is not enumerable. */
function loggedBy(value: unknown): string {
  const everything = { depth: Infinity, maxStringLength: null }
  const spread = { ...(Object(value) as object) }
  const texts = [value, spread].map((shown) => inspect(shown, everything))
  return [...texts, JSON.stringify(value), value instanceof Error ? value.stack : ''].join('\n')
}
