/** `m2m-tokens doctor` beyond its transcripts: what it sends, what it leaves, rarer findings. */
import { describe, expect, it } from 'vitest'
import { listen, sendJson } from '../interop/support/loopback.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { ScriptedAnswer } from '../support/authorization-server.ts'
import { until } from '../support/loopback-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { runCommand } from './support/command.ts'
import { diagnose } from './support/diagnose.ts'
import { asTaskService, calendarUrn, closedPort, secret, startOidc } from './support/doctor-case.ts'

const forCalendar = ['--resource', calendarUrn, '--scope', 'event.view']

/** A scripted server whose token endpoint answers so; its issuer is configured. */
async function answering(answer: ScriptedAnswer | undefined, more: readonly string[] = []) {
  const server = await startAuthorizationServer()
  server.always(answer)
  return { server, diagnosis: await diagnose(asTaskService(server.issuer, more)) }
}

describe('what the doctor sends', () => {
  it('is announced line by line, and once for each method that the metadata list', async () => {
    const { issuer } = await startOidc()
    const { requests, stderr, claims } = await diagnose(asTaskService(issuer, forCalendar))
    expect(requests.map(({ method, purpose, status }) => [method, purpose, status])).toEqual([
      ['GET', 'metadata of the issuer', 200],
      ['POST', 'a token, by client_secret_basic', 200],
      ['POST', 'a token, by client_secret_post', 200],
      ['GET', 'public keys of the issuer', 200],
    ])
    expect(stderr).toContain(`POST ${issuer}/token  a token, by client_secret_post\n`)
    expect(claims).toMatchObject({ iss: issuer, aud: calendarUrn, scope: 'event.view' })
  })

  it('is nothing with --dry-run, which lists it', async () => {
    const server = await startOidc()
    const argv = asTaskService(server.issuer, [...forCalendar, '--dry-run', '--json'])
    const { code, stdout } = await runCommand(['doctor', ...argv.argv], argv)
    expect(code).toBe(0)
    expect(server.http.arrivals).toEqual([])
    const { requests } = JSON.parse(stdout) as { requests: readonly { purpose: string }[] }
    expect(requests.length).toBeGreaterThan(4)
    expect(requests[0]).toEqual({
      method: 'GET',
      url: `${server.issuer}/.well-known/oauth-authorization-server`,
      purpose: 'metadata of the issuer',
    })
  })

  it('ends where another method would change nothing: the client is known, its scope is not', async () => {
    const { server, diagnosis } = await answering({ status: 400, body: { error: 'invalid_scope' } })
    expect(diagnosis.wrong).toEqual(['problem scope_refused'])
    expect(server.requests).toHaveLength(1)
  })

  it('is no secret to a server that lists no method with one', async () => {
    const server = await startOidc({ authMethods: ['private_key_jwt'] })
    const { wrong, findings } = await diagnose(asTaskService(server.issuer, forCalendar))
    expect(wrong).toEqual(['problem method_unsupported'])
    expect(findings.at(-1)?.explanation).toContain('private_key_jwt')
    expect(server.tokenRequests()).toEqual([])
  })

  it('is no secret to an endpoint that foreign metadata name', async () => {
    const server = await startOidc()
    const { wrong } = await diagnose(asTaskService(`${server.issuer}/`, forCalendar))
    expect(wrong).toEqual(['problem issuer_mismatch'])
    expect(server.tokenRequests()).toEqual([])
  })

  it('asks for what M2M_RESOURCES lists for the URL, whatever the default is', async () => {
    const server = await startAuthorizationServer()
    const calendar = await listen((_request, response) => response.end('{}'))
    const resources = { [calendar.origin]: { audience: 'event', scopes: ['event.view'] } }
    const env = {
      ...{ M2M_CLIENT_SECRET: secret, M2M_AUDIENCE: 'file' },
      M2M_RESOURCES: JSON.stringify(resources),
    }
    const url = `${calendar.origin}/events`
    await diagnose(asTaskService(server.issuer, ['--url', url], { env }))
    expect(server.form(0).get('audience')).toBe('event')
    expect(server.form(0).get('scope')).toBe('event.view')
    expect(calendar.arrivals).toHaveLength(1)
  })
})

describe('an answer of the token endpoint', () => {
  const dpop = { error: 'invalid_dpop_proof' }
  const keycloak = (words: string) => ({ error: 'unauthorized_client', error_description: words })
  it.each([
    ['grant_refused', { status: 400, body: { error: 'unauthorized_client' } }],
    ['grant_refused', { status: 400, body: { error: 'unsupported_grant_type' } }],
    [
      'grant_refused',
      { status: 401, body: keycloak('Client not enabled to retrieve service account') },
    ],
    [
      'grant_refused',
      { status: 401, body: keycloak('Public client not allowed to retrieve service account') },
    ],
    ['access_denied', { status: 403, body: { error: 'access_denied' } }],
    [
      'audience_refused',
      { status: 403, body: { error: 'access_denied', message: 'Service not found: x' } },
    ],
    ['dpop_required', { status: 400, body: dpop }],
    ['throttled', { status: 429, headers: { 'retry-after': '30' } }],
    [
      'token_endpoint_failed',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
    ],
    ['token_endpoint_failed', { status: 503, body: { error: 'server_error' } }],
    ['token_endpoint_not_found', { status: 404, body: 'no' }],
    ['token_response_invalid', { body: { token: 'x' } }],
    ['request_refused', { status: 400, body: { error: 'invalid_request', message: 'no' } }],
    ['spelling_mismatch', { status: 400, body: { message: 'grantType is missing' } }],
    ['connection_dropped', { drop: true }],
  ] as const)('is %s: %j', async (code, answer) => {
    const { server, diagnosis } = await answering(answer, ['--audience', 'event'])
    expect(diagnosis.wrong).toEqual([`problem ${code}`])
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    // Auth0, Keycloak and older ones of it, to a wrong secret.
    [401, { error: 'access_denied', error_description: 'Unauthorized' }],
    [401, keycloak('Invalid client or Invalid client credentials')],
    [400, keycloak('Invalid client secret')],
    [401, { error: 'unauthorized_client' }],
  ])('is client_refused, and the other method is tried: %i %j', async (status, body) => {
    const { server, diagnosis } = await answering({ status, body })
    expect(diagnosis.wrong).toEqual(['problem client_refused'])
    expect(server.requests).toHaveLength(2)
  })

  it('of Keycloak means the same with its preset', async () => {
    let words = 'Client not enabled to retrieve service account'
    const { origin } = await listen((_request, response) => {
      sendJson(response, 401, keycloak(words))
    })
    const options = JSON.stringify({ url: origin, realm: 'main' })
    const argv = ['--provider', 'keycloak', '--provider-options', options, '--client-id', 'a']
    const asked = { argv, env: { M2M_CLIENT_SECRET: secret } }
    expect((await diagnose(asked)).wrong).toContain('problem grant_refused')
    words = 'Invalid client or Invalid client credentials'
    expect((await diagnose(asked)).wrong).toContain('problem client_refused')
  })

  it('of oidc-provider to a client without the grant is about the grant', async () => {
    const server = await startOidc()
    const client = { client_id: 'task-service', client_secret: secret }
    const grant = { grant_types: ['authorization_code'], redirect_uris: ['https://a.example/'] }
    server.register({ ...client, ...grant, response_types: ['code'] })
    const { wrong } = await diagnose(asTaskService(server.issuer, forCalendar))
    expect(wrong).toEqual(['problem grant_refused'])
  })

  it('that fails without scopes is suspected to want some', async () => {
    const { diagnosis } = await answering({ status: 503, body: { error: 'server_error' } })
    expect(diagnosis.findings.at(-1)?.remedy).toContain('set M2M_SCOPES')
  })

  it('that does not come within 5 s is a timeout', async () => {
    const { origin, arrivals } = await listen(() => undefined)
    const clock = manualClock()
    const pending = diagnose(asTaskService(origin, forCalendar, { clock }))
    await until(() => arrivals.length === 1)
    clock.advance(5_000)
    expect((await pending).wrong).toEqual(['problem connection_timeout'])

    const server = await startAuthorizationServer()
    const release = server.hold()
    const later = diagnose(asTaskService(server.issuer, [], { clock }))
    await until(() => server.requests.length === 1)
    clock.advance(5_000)
    expect((await later).codes).toEqual(['metadata_found', 'connection_timeout', 'clock_skew'])
    release()
  })

  it('that says another lifetime than its token, or none, is a warning', async () => {
    const iat = Math.floor(Date.now() / 1000)
    const text = some.jwt({ aud: 'event', iat, exp: iat + 60 })
    const { diagnosis } = await answering({ body: some.tokenResponse({ access_token: text }) })
    expect(diagnosis.wrong).toContain('warning lifetime_contradictory')
    const silent = await answering({ body: some.tokenResponse({ expires_in: undefined }) })
    expect(silent.diagnosis.wrong).toEqual(['warning lifetime_unstated'])
  })
})

describe('the way to the server', () => {
  it('is said to miss a proxy that Node does not use', async () => {
    const env = { M2M_CLIENT_SECRET: secret, HTTPS_PROXY: 'http://user:fake-word@proxy.example' }
    const issuer = await closedPort()
    const prepared = asTaskService(issuer, [], { env, secrets: ['fake-word'] })
    expect((await diagnose(prepared)).findings[0]?.remedy).toContain('NODE_USE_ENV_PROXY=1')
    const used = { env: { ...env, NODE_USE_ENV_PROXY: '1' } }
    const { findings } = await diagnose(asTaskService(issuer, [], used))
    expect(findings[0]?.remedy).not.toContain('NODE_USE_ENV_PROXY')
  })

  it('is judged for the token endpoint as well', async () => {
    const server = await startAuthorizationServer()
    server.metadata = { issuer: server.issuer, token_endpoint: `${await closedPort()}/token` }
    const { codes } = await diagnose(asTaskService(server.issuer))
    expect(codes).toEqual(['metadata_found', 'connection_refused'])
  })

  it('may lack metadata where the token endpoint is configured', async () => {
    const server = await startAuthorizationServer()
    server.metadata = undefined
    const endpoint = ['--token-endpoint', server.tokenEndpoint]
    const { wrong, codes } = await diagnose(asTaskService(server.issuer, endpoint))
    expect(wrong).toEqual(['warning metadata_not_found'])
    expect(codes).toContain('token_granted')
  })
})

describe('a terminal', () => {
  it('gets colours unless NO_COLOR is set or it is dumb; anything else gets none', async () => {
    const { issuer } = await startOidc()
    const coloured = async (more: object, terminal = true) => {
      const { argv, env } = asTaskService(issuer, forCalendar)
      const ended = await runCommand(['doctor', ...argv], { env: { ...env, ...more }, terminal })
      return ended.stdout.includes('\u001b[32mok')
    }
    expect(await coloured({})).toBe(true)
    expect(await coloured({ NO_COLOR: '1' })).toBe(false)
    expect(await coloured({ TERM: 'dumb' })).toBe(false)
    expect(await coloured({}, false)).toBe(false)
  })
})
