/** What the doctor does with each kind of credential, and says of it. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sendJson } from '../interop/support/loopback.ts'
import { startResource } from '../interop/support/plain-servers.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { some } from '../support/some.ts'
import { diagnose } from './support/diagnose.ts'
import { asTaskService, calendarUrn, secret, startOidc } from './support/doctor-case.ts'

const forCalendar = ['--resource', calendarUrn, '--scope', 'event.view']

type Reply = (response: ServerResponse) => void

function secretFile(): string {
  const path = join(temporaryFolder(), 'secret')
  writeFileSync(path, `${secret}\n`)
  return path
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'm2m-tokens-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

function keyFile(): { readonly path: string; readonly jwk: object } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const path = join(temporaryFolder(), 'key.pem')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { path, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' } }
}

describe('a private key', () => {
  it('is asked with, and its token examined', async () => {
    const { path, jwk } = keyFile()
    const server = await startOidc({ authMethods: ['private_key_jwt'] })
    server.register({
      client_id: 'task-service',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] as never[] },
    })
    const key = ['--private-key-file', path, '--private-key-id', 'one']
    const { wrong, codes } = await diagnose(asTaskService(server.issuer, [...key, ...forCalendar]))
    expect(wrong).toEqual([])
    expect(codes).toContain('signature_valid')
  })

  it('that is not the registered one is refused, and the advice is about keys', async () => {
    const server = await startOidc({ authMethods: ['private_key_jwt'] })
    server.register({
      client_id: 'task-service',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [keyFile().jwk] as never[] },
    })
    const key = ['--private-key-file', keyFile().path]
    const { wrong, findings } = await diagnose(
      asTaskService(server.issuer, [...key, ...forCalendar]),
    )
    expect(wrong).toEqual(['problem client_refused'])
    expect(findings.at(-1)?.remedy).toContain('public half of this key')
  })

  const pem = { type: 'pkcs8', format: 'pem' } as const
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  it.each([
    [
      'is encrypted',
      p256.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'fake' }),
      'A variable cannot name the passphrase',
    ],
    ['is a public one', p256.publicKey.export({ type: 'spki', format: 'pem' }), 'private half'],
    ['is of a wrong type', generateKeyPairSync('x25519').privateKey.export(pem), 'another key'],
    [
      'is too short',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pem),
      'another key',
    ],
    ['is none', 'fake-secret', 'what is in the file'],
    ['is half a JWK', '{"kty":', 'what is in the file'],
  ])('that %s gets advice about that', async (_name, text, words) => {
    const path = join(temporaryFolder(), 'key')
    writeFileSync(path, text)
    const argv = ['--token-endpoint', 'https://auth.invalid/token', '--client-id', 'a']
    const { wrong, findings } = await diagnose({ argv: [...argv, '--private-key-file', path] })
    expect(wrong).toEqual(['problem credential_unreadable'])
    expect(findings[0]?.remedy).toContain(words)
    expect(findings[0]?.explanation).not.toContain('createPrivateKey')
  })

  it('that does not fit its algorithm gets advice about that', async () => {
    const argv = ['--token-endpoint', 'https://auth.invalid/token', '--client-id', 'a']
    const key = ['--private-key-file', keyFile().path, '--private-key-algorithm', 'RS256']
    const { findings } = await diagnose({ argv: [...argv, ...key] })
    expect(findings[0]?.remedy).toContain('M2M_PRIVATE_KEY_ALGORITHM')
  })

  it('that cannot be read is told apart from one that is refused', async () => {
    const { issuer } = await startOidc()
    const key = ['--private-key-file', '/run/secrets/no-such-key.pem']
    const { wrong } = await diagnose(asTaskService(issuer, [...key, ...forCalendar]))
    expect(wrong).toEqual(['problem credential_unreadable'])
  })
})

describe('a bearer credential', () => {
  it('is shown as it is, and what its preset calls a target is an audience', async () => {
    const credential = some.jwt({ iss: 'auth-server', sub: 'm1' })
    let answer: Reply = () => undefined
    const server = await startResource((response) => {
      answer(response)
    })
    const options = JSON.stringify({ url: server.origin })
    const argv = ['--provider', 'm2mAuth', '--provider-options', options, '--client-id', 'm1']
    const env = { M2M_CLIENT_SECRET: credential }
    const asked = { argv: [...argv, '--audience', 'm2'], env, secrets: [credential] }
    const iat = Math.floor(Date.now() / 1000)
    const accessToken = some.jwt({ aud: 'm3', iat, exp: iat + 600 })
    answer = (response) => {
      sendJson(response, 200, { accessToken })
    }
    expect((await diagnose(asked)).wrong).toContain('problem audience_missing')
    expect(server.arrivals[0]?.authorization).toBe(`Bearer ${credential}`)

    answer = (response) => response.writeHead(401, { 'content-type': 'text/html' }).end('no')
    const refused = await diagnose(asked)
    expect(refused.wrong).toEqual(['problem client_refused'])
    expect(refused.findings[0]?.explanation).toContain('the id or the credential is wrong')
    expect(server.arrivals).toHaveLength(2)
  })
})

describe('a secret whose way of being shown is configured', () => {
  it.each([
    ['client_secret_post', 'client_secret_basic'],
    ['client_secret_basic', 'client_secret_post'],
  ])('is shown by %s first, whatever blank variable stands beside its own', async (way, other) => {
    const server = await startAuthorizationServer()
    const env = {
      M2M_CLIENT_SECRET: ' ',
      M2M_CLIENT_SECRET_FILE: secretFile(),
      M2M_CLIENT_AUTHENTICATION: way,
    }
    const argv = ['--token-endpoint', server.tokenEndpoint, '--client-id', 'task-service']
    const { requests } = await diagnose({ argv, env })
    expect(requests.map(({ purpose }) => purpose)).toEqual([
      `a token, by ${way}`,
      `a token, by ${other}`,
    ])
    expect(server.form(0).get('client_secret') === secret).toBe(way === 'client_secret_post')
  })
})
