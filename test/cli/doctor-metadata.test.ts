/** Metadata that are of no use, spellings that are not the cause, and methods that get further than others. */
import { describe, expect, it } from 'vitest'
import { judgeConnection } from '../../src/cli/doctor/judge-connection.ts'
import { drain, listen, sendJson } from '../interop/support/loopback.ts'
import type { Arrival, LoopbackServer } from '../interop/support/loopback.ts'
import { diagnose } from './support/diagnose.ts'
import { runCommand } from './support/command.ts'
import { asTaskService, secret } from './support/doctor-case.ts'

/** An issuer whose both documents are answered so. */
async function metadataAnswering(
  status: number,
  { body = '', location }: { readonly body?: string; readonly location?: string } = {},
) {
  const { origin } = await listen((_request, response) => {
    response.writeHead(status, location === undefined ? {} : { location }).end(body)
  })
  return diagnose(asTaskService(origin))
}

/** A token endpoint that is told each body, and its headers, and answers accordingly. */
function startEndpoint(
  answer: (arrival: Arrival) => { readonly status: number; readonly body: object | undefined },
): Promise<LoopbackServer> {
  const started: Promise<LoopbackServer> = listen((request, response) => {
    void Promise.all([started, drain(request)]).then(([{ arrivals }]) => {
      const arrival = arrivals.at(-1)
      const { status, body } = arrival === undefined ? { status: 500 } : answer(arrival)
      if (body !== undefined) sendJson(response, status, body)
      else response.writeHead(status, { 'content-type': 'text/html' }).end('<html>')
    })
  })
  return started
}

describe('metadata', () => {
  it.each([
    ['metadata_redirected', 302, { location: 'https://login.example/' }],
    ['metadata_failed', 502, {}],
    ['metadata_failed', 429, {}],
    ['metadata_invalid', 200, { body: '[]' }],
    ['metadata_not_found', 403, {}],
  ])('are %s with %i', async (code, status, more) => {
    expect((await metadataAnswering(status, more)).wrong).toEqual([`problem ${code}`])
  })

  it('that name no token endpoint, or one that cannot be theirs, are not believed', async () => {
    const answer = async (members: object) => {
      let issuer = ''
      const { origin } = await listen((_request, response) => {
        sendJson(response, 200, { issuer, ...members })
      })
      issuer = origin
      return diagnose(asTaskService(origin))
    }
    const none = await answer({})
    expect(none.wrong).toEqual(['problem metadata_invalid'])
    expect(none.findings[0]?.explanation).toContain('names no token_endpoint')
    const other = await answer({ token_endpoint: 'http://auth.example/token' })
    expect(other.wrong).toEqual(['problem metadata_invalid'])
  })
})

describe('an issuer without metadata that looks like something else', () => {
  it.each([
    ['/realms/a/.well-known/openid-configuration', 'probably ORIGIN/realms/a.'],
    ['/.well-known/oauth-authorization-server', 'probably ORIGIN.'],
    ['/realms/a/protocol/openid-connect/token', 'Set it to the realm, ORIGIN/realms/a.'],
    ['/oauth/token', 'Set M2M_TOKEN_ENDPOINT to it'],
    ['/auth/realms/main', 'try M2M_ISSUER=ORIGIN/realms/main'],
    ['/realms/tokens', 'many servers want one'],
  ])('is told what it looks like, and what to set: %s', async (path, words) => {
    const { origin } = await listen((_request, response) => response.writeHead(404).end())
    const { findings, wrong } = await diagnose(asTaskService(`${origin}${path}`))
    expect(wrong).toEqual(['problem metadata_not_found'])
    expect(findings[0]?.remedy).toContain(words.replace('ORIGIN', origin))
  })
})

describe('a spelling', () => {
  const fails = { status: 500, body: undefined }
  const asked = (origin: string, spelling: string) => ({
    argv: [
      ...['--provider', 'supertokens', '--client-id', 'task-service', '--audience', 'event'],
      ...['--provider-options', JSON.stringify({ apiDomain: origin, spelling })],
    ],
    env: { M2M_CLIENT_SECRET: secret },
  })

  it('is the cause where a server understands camelCase alone', async () => {
    const { origin, arrivals } = await startEndpoint(({ text }) =>
      text.includes('"grantType"')
        ? { status: 200, body: { accessToken: 'fake-token-1', expiresIn: 600 } }
        : fails,
    )
    const { wrong, codes, findings } = await diagnose(asked(origin, 'snake_case'))
    expect(wrong).toEqual(['problem spelling_mismatch'])
    expect(findings[0]?.remedy).toContain('"spelling":"camelCase"')
    expect(codes).toContain('token_granted')
    expect(arrivals).toHaveLength(2)
  })

  it('is the cause where the other one gets an answer to the matter', async () => {
    const { origin } = await startEndpoint(({ text }) =>
      text.includes('"grantType"') ? { status: 400, body: { error: 'invalid_scope' } } : fails,
    )
    expect((await diagnose(asked(origin, 'snake_case'))).wrong).toEqual([
      'problem spelling_mismatch',
    ])
  })

  it('is not the cause where neither is understood', async () => {
    const { origin, arrivals } = await startEndpoint(() => fails)
    const { wrong } = await diagnose(asked(origin, 'camelCase'))
    expect(wrong).toEqual(['problem token_endpoint_failed'])
    expect(arrivals).toHaveLength(2)
  })

  it('is not tried where the server has understood, and refuses', async () => {
    const { origin, arrivals } = await startEndpoint(() => ({
      status: 400,
      body: { error: 'invalid_scope' },
    }))
    expect((await diagnose(asked(origin, 'snake_case'))).wrong).toEqual(['problem scope_refused'])
    expect(arrivals).toHaveLength(1)
  })
})

describe('a method that gets further than the configured one', () => {
  it('is the right one, and what it is refused for is told as well', async () => {
    const { origin } = await startEndpoint(({ authorization }) => ({
      status: authorization === undefined ? 400 : 401,
      body: { error: authorization === undefined ? 'invalid_scope' : 'invalid_client' },
    }))
    const argv = ['--token-endpoint', `${origin}/token`, '--client-id', 'task-service']
    const { wrong } = await diagnose({ argv, env: { M2M_CLIENT_SECRET: secret } })
    expect(wrong).toEqual(['problem method_mismatch', 'problem scope_refused'])
  })
})

describe('a plan', () => {
  it('names the token endpoint where it is configured, and nothing of its query', async () => {
    const endpoint = 'https://auth.example/token?key=fake-key'
    const argv = ['--token-endpoint', endpoint, '--client-id', 'a', '--url', 'https://a.example/x']
    const env = { M2M_CLIENT_SECRET: secret }
    const { stdout } = await runCommand(['doctor', '--dry-run', ...argv], { env })
    expect(stdout).toContain('POST  https://auth.example/token\n')
    expect(stdout).toContain('GET   https://a.example/x\n')
    expect(stdout).not.toMatch(/fake-key|metadata of the issuer/)
  })
})

describe('a connection that fails', () => {
  const at = Date.UTC(2030, 0, 1)
  const judged = (code: string | undefined) =>
    judgeConnection(
      {
        ...{ purpose: 'x', method: 'GET', url: new URL('https://a.example/x') },
        ...{ sentAtMs: at, receivedAtMs: at, recipients: [], failure: { code, message: '' } },
      },
      {
        certificate: { names: '', issuer: 'CN=x', validFromMs: at, validToMs: NaN },
        unusedProxy: 'HTTPS_PROXY',
      },
    )

  it('by a certificate of the future is a matter of this clock', () => {
    const { code, remedy, explanation } = judged('CERT_NOT_YET_VALID')
    expect(code).toBe('tls_not_yet_valid')
    expect(remedy).toContain('clock of this machine')
    expect(explanation).toContain('for no host')
    // A proxy does not change certificates.
    expect(remedy).not.toContain('HTTPS_PROXY')
  })

  it('for a reason that nobody knows is left to curl', () => {
    expect(judged(undefined)).toMatchObject({ code: 'unreachable' })
    expect(judged('E_ODD').explanation).toContain('(E_ODD)')
    expect(judged('E_ODD').remedy).toContain('NODE_USE_ENV_PROXY=1')
  })
})
