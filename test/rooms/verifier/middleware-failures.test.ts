/** What goes wrong around a middleware: observers that fail, answers of others, faults of its own. */
import express from 'express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { expressBearer, verifiedTokenOf, webBearer } from '../../../src/verifier/index.ts'
import type { AccessTokenRefused } from '../../../src/verifier/index.ts'
import { listen } from '../../interop/support/loopback.ts'
import { boundToken, request, startWorld } from './world.ts'

const unhandled = vi.fn()
const turn = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  unhandled.mockReset()
  process.on('unhandledRejection', unhandled)
})

afterEach(async () => {
  await turn()
  process.off('unhandledRejection', unhandled)
})

describe('an observer of refusals', () => {
  const failures: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('no log')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no log'))],
  ]

  it.each(failures)('that %s ends neither the answer nor the process', async (_, fail) => {
    const { verifier } = await startWorld()
    let told = 0
    // No mock: one would look at the promise, and own it.
    const onRefused = () => {
      told += 1
      return fail()
    }
    const needsToken = expressBearer(verifier, { onRefused })
    const { origin } = await listen((incoming, response) => {
      void needsToken(incoming, response, () => response.end())
    })
    expect((await fetch(origin)).status).toBe(401)
    const handle = webBearer(verifier, () => new Response(), { onRefused })
    expect((await handle(request({}))).status).toBe(401)
    await turn()
    expect(told).toBe(2)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('is told after the answer was written', async () => {
    const { verifier } = await startWorld()
    const calls: string[] = []
    const response = { writeHead: () => calls.push('head'), end: () => calls.push('end') }
    const onRefused = () => calls.push('told')
    await expressBearer(verifier, { onRefused })({ headers: {} }, response, () => undefined)
    await turn()
    expect(calls).toEqual(['head', 'end', 'told'])
  })
})

describe('a refusal', () => {
  it('that comes after the answer of somebody else is told, and not sent', async () => {
    const { verifier } = await startWorld()
    const refused: AccessTokenRefused[] = []
    const needsToken = expressBearer(verifier, { onRefused: (one) => refused.push(one) })
    const { origin } = await listen((incoming, response) => {
      response.writeHead(503).end('too slow')
      void needsToken(incoming, response, () => response.end('handled'))
    })
    const answer = await fetch(origin)
    expect([answer.status, await answer.text()]).toEqual([503, 'too slow'])
    await turn()
    expect(refused.map(({ code }) => code)).toEqual(['token_missing'])
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('is what the failure of a verifier of another make becomes; nobody is let in', async () => {
    const { verifier } = await startWorld()
    const broken = { ...verifier, verifyRequest: () => Promise.reject(new TypeError('secret')) }
    const next = vi.fn()
    const onRefused = vi.fn()
    const needsToken = expressBearer(broken, { onRefused })
    const { origin } = await listen((incoming, response) => {
      void needsToken(incoming, response, next)
    })
    const answers = [await fetch(origin), await webBearer(broken, next, { onRefused })(request({}))]
    for (const answer of answers) {
      expect([answer.status, await answer.json()]).toEqual([500, { error: 'server_error' }])
    }
    expect(next).not.toHaveBeenCalled()
    const told = { code: 'verifier_failed', message: 'the verifier itself failed (TypeError)' }
    expect(onRefused.mock.calls).toEqual([
      [expect.objectContaining(told)],
      [expect.objectContaining(told)],
    ])
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('a middleware for all routes, and one for the scopes of a route', () => {
  async function start() {
    const world = await startWorld({ dpop: 'required', scopes: ['event.view'] })
    const app = express()
    app.use(expressBearer(world.verifier))
    const as = (scopes: string) => expressBearer(world.verifier, { scopes })
    app.post('/events', as('event.create'), (incoming, response) => {
      response.json({ by: verifiedTokenOf(incoming).clientId })
    })
    app.post('/slow', as('event.create'), as('event.view'), (_, response) => {
      response.sendStatus(204)
    })
    app.post('/gone', as('event.delete'), (_, response) => response.sendStatus(204))
    const { origin } = await listen(app as Parameters<typeof listen>[0])
    const { token, proof } = await boundToken(world)
    const headersFor = async (path: string) => ({
      authorization: `DPoP ${token}`,
      dpop: await proof({ claims: { htm: 'POST', htu: `${origin}${path}` } }),
    })
    const post = (path: string, headers: Record<string, string>) =>
      fetch(`${origin}${path}`, { method: 'POST', headers })
    return { ...world, headersFor, post }
  }

  it('take one proof for one request', async () => {
    const { headersFor, post } = await start()
    const answer = await post('/events', await headersFor('/events'))
    expect([answer.status, await answer.json()]).toEqual([200, { by: 'task-service' }])
    expect((await post('/slow', await headersFor('/slow'))).status).toBe(204)
  })

  it('refuse the proof of one request in another', async () => {
    const { headersFor, post } = await start()
    const headers = await headersFor('/events')
    expect((await post('/events', headers)).status).toBe(200)
    const again = await post('/events', headers)
    expect(again.status).toBe(401)
    expect(again.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"')
  })

  it('still ask for the scopes of the route', async () => {
    const { headersFor, post } = await start()
    const answer = await post('/gone', await headersFor('/gone'))
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toContain('scope="event.view event.delete"')
  })

  it('check the token anew, and a proof that was exchanged', async () => {
    const { verifier, clock, headersFor } = await start()
    const url = 'https://api.test/events'
    const world = { method: 'POST', url: '/events', socket: { encrypted: true } }
    const own = await headersFor('/events')
    const headers: Record<string, string> = { ...own, host: new URL(url).host }
    const incoming = { ...world, headers }
    await expect(verifier.verifyRequest(incoming)).rejects.toMatchObject({
      code: 'dpop_proof_invalid',
    })
    const { token, proof } = await boundToken({ ...(await startWorld()), verifier, clock })
    headers['authorization'] = `DPoP ${token}`
    headers['dpop'] = await proof({ claims: { htm: 'POST' } })
    await verifier.verifyRequest(incoming)
    clock.advance(120_000)
    await expect(verifier.verifyRequest(incoming)).resolves.toBeDefined()
    const kept = headers['dpop']
    headers['dpop'] = await proof({ claims: { htm: 'GET' } })
    await expect(verifier.verifyRequest(incoming)).rejects.toMatchObject({
      code: 'dpop_proof_invalid',
    })
    headers['dpop'] = kept
    clock.advance(600_000)
    await expect(verifier.verifyRequest(incoming)).rejects.toMatchObject({ code: 'token_expired' })
  })
})
