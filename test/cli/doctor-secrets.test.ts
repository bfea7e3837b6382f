/** What the doctor does not repeat, wherever a server repeats it. */
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { runCommand } from './support/command.ts'
import { diagnose } from './support/diagnose.ts'

const html = { 'content-type': 'text/html' }

async function asking(secret: string, secrets: readonly string[], more: readonly string[] = []) {
  const server = await startAuthorizationServer()
  const argv = ['--token-endpoint', server.tokenEndpoint, '--client-id', 'task-service', ...more]
  return { server, asked: { argv, env: { M2M_CLIENT_SECRET: secret }, secrets } }
}

describe('a secret that somebody repeats', () => {
  const odd = 'fake-secret: with/odd+chars & "quotes"'
  const spellings = [odd, encodeURIComponent(odd), JSON.stringify(odd).slice(1, -1)]

  it.each(spellings)('is hidden in page titles and redirects: %s', async (spelled) => {
    const { server, asked } = await asking(odd, spellings)
    server.always({ headers: html, body: `<html><title>no ${spelled}</title></html>` })
    const page = await diagnose(asked)
    expect(page.wrong).toEqual(['problem token_endpoint_html'])
    expect(page.findings[0]?.explanation).toContain('[hidden]')

    const location = `https://login.example/${encodeURIComponent(spelled)}`
    server.always({ status: 302, headers: { location } })
    expect((await diagnose(asked)).wrong).toEqual(['problem token_endpoint_redirected'])
  })

  it('is not shown in part where a title or a target is cut', async () => {
    const secret = 'fake-secret-that-is-rather-long'
    const { server, asked } = await asking(secret, ['fake-sec'])
    const title = `${'x'.repeat(70)} ${secret}`
    server.always({ headers: html, body: `<html><title>${title}</title></html>` })
    expect((await diagnose(asked)).wrong).toEqual(['problem token_endpoint_html'])
    const location = `https://login.example/${'x'.repeat(165)}/${secret}`
    server.always({ status: 302, headers: { location } })
    expect((await diagnose(asked)).wrong).toEqual(['problem token_endpoint_redirected'])
  })

  it('is hidden in every claim, whole or cut, also in the JSON', async () => {
    const secret = 'fake-secret-that-is-rather-long'
    const { server, asked } = await asking(secret, ['fake-sec'])
    const header = { alg: `RS256 ${secret}`, kid: `${'k'.repeat(185)} ${secret}`, typ: secret }
    const claims = { aud: [secret, 'event'], sub: `${'s'.repeat(190)}${secret}`, scope: secret }
    server.always({ body: some.tokenResponse({ access_token: jwt(header, claims) }) })
    const { claims: shown } = await diagnose(asked)
    expect(shown).toMatchObject({ alg: 'RS256 [hidden]', aud: ['[hidden]', 'event'] })
    const text = await runCommand(['doctor', ...asked.argv], asked)
    expect(text.stdout).toContain('token_read')
    expect(text.stdout).not.toContain('fake-sec')
  })

  it('is not shown in part where a service’s words are cut', async () => {
    const secret = 'fake-secret-that-is-rather-long'
    const calendar = await startResourceServer()
    const { asked } = await asking(secret, ['fake-sec'], ['--url', calendar.origin])
    const words = `${'no '.repeat(64)}${secret}`
    calendar.always({ status: 401, body: JSON.stringify({ error: 'no', message: words }) })
    expect((await diagnose(asked)).codes.at(-1)).toBe('resource_refuses_token')
    const challenge = `Bearer error="no", error_description="${words}"`
    calendar.always({ status: 401, headers: { 'www-authenticate': challenge } })
    expect((await diagnose(asked)).codes.at(-1)).toBe('resource_refuses_token')
  })

  it('is hidden in addresses, where they are announced, listed and judged', async () => {
    const secret = 'fake-secret-that-is-rather-long'
    const server = await startAuthorizationServer()
    server.metadata = { ...server.metadata, jwks_uri: `${server.issuer}/${secret}/keys` }
    const text = jwt({ alg: 'RS256' }, { aud: 'event', iss: server.issuer })
    server.always({ body: some.tokenResponse({ access_token: text }) })
    const argv = ['--issuer', server.issuer, '--client-id', 'task-service']
    const asked = { argv, env: { M2M_CLIENT_SECRET: secret }, secrets: ['fake-sec'] }
    const { stderr, findings, requests } = await diagnose(asked)
    const signature = findings.find(({ code }) => code === 'signature_unchecked')
    expect(signature?.explanation).toContain('/[hidden]/keys')
    expect(requests.at(-1)?.url).toContain('/[hidden]/keys')
    expect(stderr).toContain('/[hidden]/keys')
  })

  it('is hidden in what to do', async () => {
    const secret = 'fake-secret-that-is-rather-long'
    const calendar = await startResourceServer()
    const challenge = `Bearer error="insufficient_scope", scope="${secret}"`
    calendar.always({ status: 403, headers: { 'www-authenticate': challenge } })
    const { asked } = await asking(secret, ['fake-sec'], ['--url', calendar.origin])
    const { findings } = await diagnose(asked)
    expect(findings.at(-1)?.remedy).toContain("Ask for '[hidden]'")

    const endpoint = ['--token-endpoint', `https://${secret}.invalid/token`]
    const lost = await diagnose({ ...asked, argv: [...asked.argv, ...endpoint] })
    expect(lost.findings[0]?.remedy).toContain("'getent hosts [hidden].invalid'")
  })
})

function jwt(header: object, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.AAAA`
}
