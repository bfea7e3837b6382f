/** The middlewares, on real servers where there are any: who is let in, and what others are told. */
import { createServer, request as send } from 'node:http'
import { inspect } from 'node:util'
import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import { expressBearer, verifiedTokenOf, webBearer } from '../../../src/verifier/index.ts'
import type { AccessTokenRefused } from '../../../src/verifier/index.ts'
import { listen } from '../../interop/support/loopback.ts'
import { request, startWorld } from './world.ts'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('Express', () => {
  async function start() {
    const world = await startWorld({ scopes: 'event.view' })
    const refused: AccessTokenRefused[] = []
    const onRefused = (refusal: AccessTokenRefused) => refused.push(refusal)
    const app = express()
    app.use('/events', expressBearer(world.verifier, { onRefused }))
    app.get('/events', (request, response) => {
      response.json({ by: verifiedTokenOf(request).clientId })
    })
    const needsDelete = expressBearer(world.verifier, { scopes: ['event.delete'] })
    app.delete('/events', needsDelete, (_, response) => response.sendStatus(204))
    app.get('/open', (request, response) => {
      response.json(verifiedTokenOf(request))
    })
    const { origin } = await listen(app as Parameters<typeof listen>[0])
    return { ...world, refused, url: `${origin}/events`, origin }
  }

  it('hands a good token to the handler', async () => {
    const { url, token } = await start()
    const response = await fetch(url, bearer(await token()))
    expect(await response.json()).toEqual({ by: 'task-service' })
  })

  it('answers the others itself, and tells who wants to know', async () => {
    const { url, refused } = await start()
    const none = await fetch(url)
    const bad = await fetch(url, bearer('a.b.c'))
    expect([none.status, bad.status]).toEqual([401, 401])
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="event", scope="event.view"')
    expect(await none.json()).toEqual({ error: 'unauthorized' })
    expect(bad.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(bad.headers.get('cache-control')).toBe('no-store')
    expect(await bad.json()).toMatchObject({ error: 'invalid_token' })
    expect(refused.map(({ code }) => code)).toEqual(['token_missing', 'token_malformed'])
  })

  it('asks a route for its own scopes', async () => {
    const { url, token } = await start()
    const withScope = async (scope: string) => {
      const options = { method: 'DELETE', ...bearer(await token({ scope })) }
      return (await fetch(url, options)).status
    }
    expect(await withScope('event.view')).toBe(403)
    expect(await withScope('event.view event.delete')).toBe(204)
  })

  it('is answered 503 where there are no keys', async () => {
    const { url, token, answers } = await start()
    answers.clear()
    const response = await fetch(url, bearer(await token()))
    expect(response.status).toBe(503)
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toEqual({ error: 'server_error' })
  })

  it('does not give a token to a handler that nothing stands before', async () => {
    const { origin, token } = await start()
    const log = vi.spyOn(console, 'error').mockReturnValue(undefined)
    expect((await fetch(`${origin}/open`, bearer(await token()))).status).toBe(500)
    log.mockRestore()
  })
})

describe('node:http', () => {
  it('calls the handler for verified requests alone', async () => {
    const { verifier, token } = await startWorld()
    const needsToken = expressBearer(verifier)
    let handled = 0
    const { origin } = await listen((incoming, response) => {
      void needsToken(incoming, response, () => {
        handled += 1
        response.end(verifiedTokenOf(incoming).subject)
      })
    })
    expect(await (await fetch(origin, bearer(await token()))).text()).toBe('task-service')
    expect((await fetch(origin, bearer(await token({ aud: 'file' })))).status).toBe(401)
    expect((await fetch(origin)).status).toBe(401)
    expect(handled).toBe(1)
  })

  it('refuses two Authorization headers, of which Node shows one', async () => {
    const { verifier, token } = await startWorld()
    const needsToken = expressBearer(verifier)
    const { origin } = await listen((incoming, response) => {
      void needsToken(incoming, response, () => response.end())
    })
    const text = `Bearer ${await token()}`
    const status = await new Promise((resolve, reject) => {
      const headers = ['authorization', text, 'authorization', 'Bearer other']
      const outgoing = send(origin, { headers })
      outgoing.on('response', (response) => {
        resolve(response.resume().statusCode)
      })
      outgoing.on('error', reject).end()
    })
    expect(status).toBe(400)
  })

  it('shows what the token says to who asks for it, and to nobody who prints the request', async () => {
    const { verifier, token } = await startWorld()
    const text = await token({ sub: 'fake-somebody' })
    const incoming = { headers: { authorization: `Bearer ${text}` } }
    const response = { writeHead: vi.fn(), end: vi.fn() }
    await expressBearer(verifier)(incoming, response, () => undefined)
    expect(verifiedTokenOf(incoming).subject).toBe('fake-somebody')
    expect(inspect(incoming, { depth: Infinity })).not.toContain('fake-somebody')
    expect(Reflect.ownKeys({ ...incoming })).toEqual(['headers'])
  })

  it('has the types of createServer', async () => {
    const { verifier } = await startWorld()
    const needsToken = expressBearer(verifier)
    const server = createServer((incoming, response) => {
      void needsToken(incoming, response, () => response.end())
    })
    expect(server.listening).toBe(false)
  })

  it('rejects with the error of a handler, which is not the verifier’s to answer', async () => {
    const { verifier, token } = await startWorld()
    const headers = { authorization: `Bearer ${await token()}` }
    const response = { writeHead: vi.fn(), end: vi.fn() }
    const passing = expressBearer(verifier)({ headers }, response, () => {
      throw new Error('in the handler')
    })
    await expect(passing).rejects.toThrow('in the handler')
    expect(response.writeHead).not.toHaveBeenCalled()
  })
})

describe('a handler of standard requests', () => {
  it('gets what the token says', async () => {
    const { verifier, token } = await startWorld()
    const handle = webBearer(verifier, (_, { clientId }) => new Response(clientId))
    const response = await handle(request({ authorization: `bearer ${await token()}` }))
    expect(await response.text()).toBe('task-service')
  })

  it('is not called for a refused one, which is answered', async () => {
    const { verifier, token } = await startWorld()
    const handler = vi.fn(() => new Response())
    const onRefused = vi.fn()
    const handle = webBearer(verifier, handler, { scopes: 'event.delete', onRefused })
    const response = await handle(request({ authorization: `Bearer ${await token()}` }))
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="event.delete"')
    expect(handler).not.toHaveBeenCalled()
    expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ code: 'insufficient_scope' }))
  })

  it('has its own errors left alone', async () => {
    const { verifier, token } = await startWorld()
    const handle = webBearer(verifier, () => Promise.reject(new Error('in the handler')))
    const good = request({ authorization: `Bearer ${await token()}` })
    await expect(handle(good)).rejects.toThrow('in the handler')
  })

  it('gets what its router hands on after the token', async () => {
    const { verifier, token } = await startWorld()
    const GET = webBearer(verifier, async (_, { clientId }, context: { params: Promise<string> }) =>
      Response.json([clientId, await context.params]),
    )
    const good = request({ authorization: `Bearer ${await token()}` })
    const response = await GET(good, { params: Promise.resolve('7') })
    expect(await response.json()).toEqual(['task-service', '7'])
  })
})
