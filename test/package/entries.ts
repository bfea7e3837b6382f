/**
 * Every other entry, and the command, as a user has them: compiled and run like `consumer.ts`, in an
 * ESM project and in a CommonJS one. It throws where something is wrong.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isTokenError, TokenManager } from 'm2m-tokens'
import { fromEnvironment, getToken, tokens as autoTokens } from 'm2m-tokens/auto'
import { instrumentTokens } from 'm2m-tokens/otel'
import { keycloak } from 'm2m-tokens/providers'
import { redisTokenStore, sealedTokenStore } from 'm2m-tokens/redis'
import {
  authorizationServerHandlers,
  fakeTokens,
  memoryTokenStore,
  startAuthorizationServer,
  tokenStorePromises,
} from 'm2m-tokens/testing'
import { bearerInterceptor } from 'm2m-tokens/undici'
import { createAccessTokenVerifier } from 'm2m-tokens/verifier'

async function shared(): Promise<void> {
  const server = await startAuthorizationServer()
  const store = sealedTokenStore(memoryTokenStore(), new Uint8Array(32).fill(1))
  const fleet = Array.from({ length: 3 }, () => new TokenManager({ ...server.options, store }))
  const answers = await Promise.all(fleet.map((tokens) => tokens.getToken('event')))
  assert.equal(new Set(answers.map(({ accessToken }) => accessToken)).size, 1)
  const verifier = createAccessTokenVerifier({ issuer: server.issuer, audience: 'event' })
  await verifier.verify(answers[0]?.accessToken ?? '')
  for (const { run } of tokenStorePromises) await run(memoryTokenStore())

  process.env['M2M_ISSUER'] = server.issuer
  process.env['M2M_CLIENT_ID'] = server.options.clientId
  process.env['M2M_CLIENT_SECRET'] = server.options.clientSecret
  process.env['M2M_AUDIENCE'] = 'event'
  assert.equal((await getToken()).tokenType, 'Bearer')
  const own = fromEnvironment({ retries: 0 })
  assert.ok(own instanceof TokenManager)
  assert.equal((await own.getToken('event')).tokenType, 'Bearer')
  await command()
  await Promise.all([...fleet, autoTokens, own, server].map((one) => one.close()))
}

/** The command, as `npm install` has linked it. */
async function command(): Promise<void> {
  const run = promisify(execFile)
  const path = 'node_modules/.bin/m2m-tokens'
  assert.match((await run(process.execPath, [path, '--version'])).stdout, /^\d+\.\d+\.\d+/)
  const { stdout } = await run(process.execPath, [path, 'token', '--json'])
  assert.equal((JSON.parse(stdout) as { audience: string }).audience, 'event')
  assert.match((await run(process.execPath, [path, 'doctor'])).stdout, /event/)
}

async function main(): Promise<void> {
  const detach = instrumentTokens()
  await shared()
  const fake = fakeTokens()
  fake.failNext({ status: 400, error: 'invalid_scope' })
  await assert.rejects(fake.getToken('event'), (error) => isTokenError(error))
  await fake.close()
  assert.equal(typeof bearerInterceptor(fake), 'function')
  assert.equal(typeof authorizationServerHandlers, 'function')
  assert.equal(keycloak({ url: 'https://sso.example.com', realm: 'a' }).name, 'Keycloak')
  const client = { sendCommand: () => Promise.reject(new Error('no Redis here')) }
  assert.throws(() => redisTokenStore(client, { key: 'too-short' }))
  detach()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
