/** A token endpoint that breaks HTTP: dropped, cut, endless, slow and redirected answers. */
import { gzipSync } from 'node:zlib'
import { clientSecretPost } from 'm2m-tokens'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { failureOf, managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint, tracesOf } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'

const clientSecret = 'fake-secret-that-stays-here'
const base64Pair = Buffer.from(`task-service:${clientSecret}`).toString('base64')

function managerAt(
  tokenEndpoint: string,
  limits: { attemptTimeoutMs?: number; acquireTimeoutMs?: number; retries?: number } = {},
): TokenManager {
  return managerFor({ tokenEndpoint, clientId: 'task-service', clientSecret, ...limits })
}

const dropped: Reply = (response) => response.destroy()

const truncated: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
  response.write('{"access_token":"half-a-tok', () => response.destroy())
}

const notHttp: Reply = (response) => {
  response.socket?.end('220 mail.example ESMTP\r\n')
}

const endless =
  (status: number): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.write('{"access_token":"')
    const pour = () => {
      while (!response.destroyed && response.write('a'.repeat(65_536)));
    }
    response.on('drain', pour)
    pour()
  }

const dripping: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => {
    clearInterval(timer)
  })
}

describe.each([
  { fault: 'dropped before an answer', reply: dropped },
  { fault: 'dropped in the middle of the body', reply: truncated },
  { fault: 'answered in another protocol', reply: notHttp },
])('a connection $fault', ({ reply }) => {
  it('is tried again, and the next answer counts', async () => {
    const endpoint = await startTokenEndpoint(reply, reply)
    const token = await managerAt(endpoint.tokenEndpoint).getToken('event')
    expect(token.accessToken).toBe('event-token-3')
  })

  it('is tried three times at most, and named for what it is', async () => {
    const endpoint = await startTokenEndpoint(reply, reply, reply)

    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))

    expect(failure).toMatchObject({
      code: 'token_endpoint_unreachable',
      audience: 'event',
      retryable: true,
    })
    expect(endpoint.arrivals).toHaveLength(3)
    expect(tracesOf(failure)).not.toContain(clientSecret)
    expect(tracesOf(failure)).not.toContain(base64Pair)
  })
})

describe('a body larger than 1 MiB', () => {
  const padded = (bytes: number): Reply => {
    const body = '{"access_token":"fits","expires_in":600}'.padEnd(bytes, ' ')
    return (response) => response.end(body)
  }

  it('is read up to the last byte of the limit', async () => {
    const endpoint = await startTokenEndpoint(padded(1_048_576))
    const token = await managerAt(endpoint.tokenEndpoint).getToken('event')
    expect(token.accessToken).toBe('fits')
  })

  it('is refused from the first byte beyond it', async () => {
    const endpoint = await startTokenEndpoint(padded(1_048_577))
    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))
    expect(failure).toMatchObject({ code: 'token_response_invalid', status: 200 })
    expect(endpoint.arrivals).toHaveLength(1)
  })

  it('that never ends is left, and its connection closed', async () => {
    const closed = Promise.withResolvers<undefined>()
    const endpoint = await startTokenEndpoint((response, request) => {
      response.once('close', () => {
        closed.resolve(undefined)
      })
      endless(200)(response, request)
    })

    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))
    await closed.promise

    expect(failure).toMatchObject({ code: 'token_response_invalid' })
    expect(tracesOf(failure)).not.toContain('aaaa')
  })

  it('of a 502 is a failure like any other 502', async () => {
    const endpoint = await startTokenEndpoint(endless(502))
    const token = await managerAt(endpoint.tokenEndpoint).getToken('event')
    expect(token.accessToken).toBe('event-token-2')
  })

  it('is refused where a few compressed bytes make it', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1_048_576, ' '))
    const endpoint = await startTokenEndpoint((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))
    expect(failure).toMatchObject({ code: 'token_response_invalid' })
  })
})

describe('an answer that comes byte by byte', () => {
  it('is stopped by attemptTimeoutMs, and its connection closed', async () => {
    const closed = Promise.withResolvers<undefined>()
    const endpoint = await startTokenEndpoint((response, request) => {
      response.once('close', () => {
        closed.resolve(undefined)
      })
      dripping(response, request)
    })
    const startedAt = performance.now()

    const limits = { attemptTimeoutMs: 150, retries: 0 }
    const failure = await failureOf(managerAt(endpoint.tokenEndpoint, limits).getToken('event'))
    await closed.promise

    expect(failure).toMatchObject({ code: 'token_endpoint_timeout', retryable: true })
    expect(String(failure)).toContain('attemptTimeoutMs')
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  it('is tried again, each attempt with its own limit', async () => {
    const endpoint = await startTokenEndpoint(dripping, dripping)
    const tokens = managerAt(endpoint.tokenEndpoint, { attemptTimeoutMs: 300 })
    expect((await tokens.getToken('event')).accessToken).toBe('event-token-3')
  })

  it('ends with acquireTimeoutMs, however many attempts are left', async () => {
    const endpoint = await startTokenEndpoint(...Array<Reply>(10).fill(dripping))
    const limits = { attemptTimeoutMs: 120, acquireTimeoutMs: 300, retries: 10 }
    const startedAt = performance.now()

    const failure = await failureOf(managerAt(endpoint.tokenEndpoint, limits).getToken('event'))

    expect(failure).toMatchObject({ code: 'token_endpoint_timeout' })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    expect(endpoint.arrivals.length).toBeLessThanOrEqual(3)
  })

  it('is left when its only caller leaves, with the reason of the caller', async () => {
    const closed = Promise.withResolvers<undefined>()
    const arrived = Promise.withResolvers<undefined>()
    const endpoint = await startTokenEndpoint((response, request) => {
      response.once('close', () => {
        closed.resolve(undefined)
      })
      dripping(response, request)
      arrived.resolve(undefined)
    })
    const controller = new AbortController()
    const tokens = managerAt(endpoint.tokenEndpoint)
    const asked = failureOf(tokens.getToken('event', [], { signal: controller.signal }))
    await arrived.promise

    const reason = new Error('no longer wanted')
    controller.abort(reason)

    expect(await asked).toBe(reason)
    await closed.promise
    expect(endpoint.arrivals).toHaveLength(1)
  })
})

describe.each([301, 302, 303, 307, 308])('a token endpoint that redirects with %i', (status) => {
  it.each([
    { method: 'Basic', authentication: { clientSecret } },
    { method: 'Post', authentication: { clientAuthentication: clientSecretPost(clientSecret) } },
  ])('is not followed, and the secret of $method goes nowhere else', async ({ authentication }) => {
    const elsewhere = await startResource()
    const endpoint = await startTokenEndpoint((response) => {
      response.writeHead(status, { location: `${elsewhere.origin}/token?leak=1` }).end('moved')
    })
    const { tokenEndpoint } = endpoint
    const tokens = managerFor({ tokenEndpoint, clientId: 'task-service', ...authentication })

    const failure = await failureOf(tokens.getToken('event'))

    expect(failure).toMatchObject({ code: 'token_endpoint_redirected', status, retryable: false })
    expect(String(failure)).toContain(elsewhere.origin)
    expect(String(failure)).not.toContain('leak=1')
    expect(elsewhere.arrivals).toHaveLength(0)
    expect(endpoint.arrivals).toHaveLength(1)
  })
})

describe('a token endpoint that redirects to itself', () => {
  it('is not followed either', async () => {
    const endpoint = await startTokenEndpoint((response) => {
      response.writeHead(307, { location: '/token/v2' }).end()
    })
    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))
    expect(failure).toMatchObject({ code: 'token_endpoint_redirected' })
    expect(String(failure)).toContain('another path of the same origin')
    expect(endpoint.at('/token/v2')).toHaveLength(0)
  })
})

describe('a port where nothing listens', () => {
  it('is named with the remedy', async () => {
    const endpoint = await startTokenEndpoint()
    await endpoint.stop()
    const failure = await failureOf(managerAt(endpoint.tokenEndpoint).getToken('event'))
    expect(failure).toMatchObject({ code: 'token_endpoint_unreachable' })
    expect(String(failure)).toMatch(/ECONNREFUSED.*is the port right/)
  })
})
