/** What the doctor says of signatures, and of protected resources and their answers. */
import { describe, expect, it } from 'vitest'
import { listen } from '../interop/support/loopback.ts'
import { startExpressOAuth } from '../interop/support/express-oauth.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import type { ResourceAnswer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { diagnose } from './support/diagnose.ts'
import { asTaskService, calendarUrn, closedPort, secret, startOidc } from './support/doctor-case.ts'

const forCalendar = ['--resource', calendarUrn, '--scope', 'event.view']

/** An answer of the resource, judged; the last finding is about it. */
async function judged(answer: ResourceAnswer | undefined) {
  const server = await startAuthorizationServer()
  const calendar = await startResourceServer()
  calendar.always(answer)
  const url = `${calendar.origin}/events?page=1`
  const diagnosis = await diagnose(asTaskService(server.issuer, ['--url', url]))
  const last = diagnosis.findings.at(-1)
  return { calendar, server, diagnosis, last, seen: `${last?.level ?? ''} ${last?.code ?? ''}` }
}

describe('a protected resource', () => {
  const html = { 'content-type': 'text/html' }
  it.each([
    ['ok resource_accepts', { status: 200, body: '{"error":null}' }],
    ['ok resource_accepts', { status: 204 }],
    ['problem resource_refuses_token', { status: 401 }],
    ['problem resource_refuses_token', { status: 200, body: '{"error":"no token"}' }],
    ['problem resource_forbids', { status: 403 }],
    [
      'problem resource_redirects',
      { status: 302, headers: { location: 'https://login.example/' } },
    ],
    ['problem resource_failed', { status: 500, headers: html, body: '<html>' }],
    ['warning resource_unclear', { status: 404 }],
    ['warning resource_html', { status: 200, headers: html, body: '<html><title>Hi</title>' }],
  ] as const)('is %s, having been called once: %j', async (expected, answer) => {
    const { calendar, seen, server } = await judged(answer)
    expect(seen).toBe(expected)
    expect(calendar.requests).toHaveLength(1)
    expect(calendar.requests[0]).toMatchObject({ method: 'GET', path: '/events?page=1' })
    expect(calendar.tokens).toEqual([server.issued[0]])
  })

  it('that names the missing scope has it in the remedy', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="event.create"'
    const { last } = await judged({ status: 403, headers: { 'www-authenticate': challenge } })
    expect(last?.explanation).toContain('403 insufficient_scope')
    expect(last?.remedy).toContain("'event.create'")
  })

  it('that repeats the token in its refusal does not make the doctor repeat it', async () => {
    const server = await startAuthorizationServer()
    const { origin } = await listen((request, response) => {
      const { authorization = '' } = request.headers
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'invalid_token', message: `not ${authorization}` }))
    })
    const { findings } = await diagnose(asTaskService(server.issuer, ['--url', origin]))
    expect(findings.at(-1)?.explanation).toContain('401 invalid_token: not Bearer [hidden]')
  })

  it('that cannot be reached is judged like a server', async () => {
    const server = await startAuthorizationServer()
    const { codes } = await diagnose(asTaskService(server.issuer, ['--url', await closedPort()]))
    expect(codes.at(-1)).toBe('connection_refused')
  })

  it('of node-oauth2-server takes a token of it, and not one that it has deleted', async () => {
    const server = await startExpressOAuth()
    server.register('task-service', secret)
    const argv = ['--token-endpoint', server.tokenEndpoint, '--client-id', 'task-service']
    const env = { M2M_CLIENT_SECRET: secret }
    const more = ['--scope', 'event.view', '--url', server.protectedUrl]
    const { wrong, codes } = await diagnose({ argv: [...argv, ...more], env })
    expect(wrong).toEqual([])
    expect(codes.at(-1)).toBe('resource_accepts')

    const other = await startExpressOAuth()
    const foreign = ['--scope', 'event.view', '--url', other.protectedUrl]
    const refused = await diagnose({ argv: [...argv, ...foreign], env })
    expect(refused.wrong).toEqual(['problem resource_refuses_token'])
  })

  it('is not called with a token that is bound to a key', async () => {
    const server = await startOidc()
    const calendar = await startResourceServer()
    const argv = [...forCalendar, '--dpop', '--url', calendar.origin]
    const { wrong } = await diagnose(asTaskService(server.issuer, argv))
    expect(wrong).toEqual(['warning resource_unchecked'])
    expect(calendar.requests).toEqual([])
  })
})

describe('a signature', () => {
  it('that no published key fits is a problem, and so is the other issuer', async () => {
    const [trusted, other] = [await startOidc(), await startOidc()]
    const argv = [...forCalendar, '--token-endpoint', `${other.issuer}/token`]
    const { wrong } = await diagnose(asTaskService(trusted.issuer, argv))
    expect(wrong).toEqual(['problem token_issuer_mismatch', 'problem signature_invalid'])
  })

  it('by a shared secret, or by none, cannot be checked', async () => {
    const server = await startAuthorizationServer()
    const claims = { aud: 'x', iss: server.issuer }
    server.always({ body: some.tokenResponse({ access_token: some.jwt(claims) }) })
    const { wrong } = await diagnose(asTaskService(server.issuer))
    expect(wrong).toEqual(['warning signature_unchecked'])
  })

  it.each([
    ['are not there', undefined],
    ['are a web page', '<html>'],
    ['are no key set', '{}'],
  ])('is not checked where the keys %s, which services would notice', async (_name, body) => {
    const { origin } = await listen((_request, response) => {
      if (body === undefined) response.writeHead(404).end()
      else response.end(body)
    })
    const oidc = await startOidc()
    const server = await startAuthorizationServer()
    const token = await realToken(oidc.issuer)
    server.metadata = { ...server.metadata, jwks_uri: `${origin}/keys` }
    server.always({ body: some.tokenResponse({ access_token: token }) })
    const { wrong } = await diagnose(asTaskService(server.issuer))
    expect(wrong).toContain('warning signature_unchecked')
    expect(wrong).not.toContain('problem signature_invalid')
  })

  it('is checked by the issuer that the token names, at its own token endpoint', async () => {
    const { issuer } = await startOidc()
    const argv = ['--token-endpoint', `${issuer}/token`, '--client-id', 'task-service']
    const env = { M2M_CLIENT_SECRET: secret }
    const { codes } = await diagnose({ argv: [...argv, ...forCalendar], env })
    expect(codes).toContain('signature_valid')
  })

  it('is not looked for at another origin that a token names', async () => {
    const elsewhere = await startOidc()
    const token = await realToken(elsewhere.issuer)
    const arrived = elsewhere.http.arrivals.length
    const server = await startAuthorizationServer()
    server.always({ body: some.tokenResponse({ access_token: token }) })
    const argv = ['--token-endpoint', server.tokenEndpoint, '--client-id', 'task-service']
    const { findings } = await diagnose({ argv, env: { M2M_CLIENT_SECRET: secret } })
    const signature = findings.find(({ code }) => code === 'signature_unchecked')
    expect(signature?.level).toBe('ok')
    expect(elsewhere.http.arrivals).toHaveLength(arrived)
  })
})

/** A token of oidc-provider, signed with its key. */
async function realToken(issuer: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: calendarUrn })
  const credentials = Buffer.from(`task-service:${secret}`).toString('base64')
  const headers = { authorization: `Basic ${credentials}` }
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body })
  return ((await response.json()) as { access_token: string }).access_token
}
