import { Readable } from 'node:stream'
import { AccessToken, ConfigurationError, TokenManager } from 'm2m-tokens'
import { describe, expect, it, vi } from 'vitest'
import type { Dispatcher } from 'undici'
import { bearerInterceptor } from '../../../src/adapters/undici.ts'
import { bearerRoute, possession } from '../../../src/token-source.ts'
import type { BearerRouter, Possession, TokenSource } from '../../../src/token-source.ts'

const source: TokenSource = {
  getToken: () =>
    Promise.resolve(
      new AccessToken({ accessToken: 'fake', tokenType: 'Bearer', expiresAt: 0, scopes: [] }),
    ),
  invalidate: () => true,
}

/** Knows `a.test`, lets `b.test` pass, and refuses the rest. */
const router: BearerRouter = {
  [bearerRoute]: ({ hostname }) => {
    if (hostname === 'b.test') return undefined
    if (hostname === 'a.test') return source
    throw new ConfigurationError('origin_not_listed', 'x', { field: hostname })
  },
}

const handler = () => ({ onRequestStart: vi.fn(), onResponseError: vi.fn() })

const to = (host: string, rest: Partial<Dispatcher.DispatchOptions> = {}) =>
  ({ origin: `https://${host}`, path: '/', method: 'GET', ...rest }) as const

describe('what the interceptor is given', () => {
  it.each([undefined, null, {}, 'https://a.test', () => undefined])('%s is refused', (tokens) => {
    expect(() => bearerInterceptor(tokens as never)).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        field: 'tokens',
        message: expect.stringContaining('needs a TokenManager') as string,
      }),
    )
  })

  it('may be a source, which must know its origins', () => {
    const tokens = new TokenManager({
      tokenEndpoint: 'https://auth.test/token',
      clientId: 'a',
      clientSecret: 'fake',
    })
    expect(bearerInterceptor(tokens.for({ audience: 'https://a.test' }))).toBeTypeOf('function')
    expect(() => bearerInterceptor(tokens.for({ audience: 'event' }))).toThrow(/add origins/)
  })
})

describe('a request that is not ours', () => {
  it.each([
    ['passes', to('b.test')],
    ['has an Authorization', to('a.test', { headers: { Authorization: 'own' } })],
  ])('goes on as the very objects that came in where it %s', (_why, options) => {
    const dispatch = vi.fn(() => false)
    const own = handler()
    expect(bearerInterceptor(router)(dispatch)(options, own)).toBe(false)
    expect(dispatch).toHaveBeenCalledExactlyOnceWith(options, own)
    expect(dispatch.mock.calls[0]).toEqual([options, own])
  })

  it('is refused through its handler, which is given something to hold', () => {
    const dispatch = vi.fn(() => true)
    const own = handler()
    expect(bearerInterceptor(router)(dispatch)(to('c.test'), own)).toBe(false)
    expect(dispatch).not.toHaveBeenCalled()
    expect(own.onRequestStart).not.toHaveBeenCalled()
    expect(own.onResponseError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ aborted: false }),
      expect.objectContaining({ code: 'origin_not_listed' }),
    )
  })
})

describe('a request that is ours', () => {
  it('is dispatched anew, and what the caller gave is not changed', async () => {
    const options = Object.freeze(to('a.test', { headers: Object.freeze({ x: '1' }) }))
    const sent = Promise.withResolvers<unknown>()
    const dispatch = (given: unknown) => {
      sent.resolve(given)
      return true
    }
    expect(bearerInterceptor(router)(dispatch)(options, handler())).toBe(true)
    expect(await sent.promise).toEqual({
      ...options,
      headers: { x: '1', authorization: 'Bearer fake' },
      maxRedirections: 0,
    })
  })

  it('is not dispatched where the caller leaves while its proof is made', async () => {
    const dispatch = vi.fn(() => true)
    const reason = new Error('left')
    const own = { ...handler(), onRequestStart: vi.fn() }
    const proving: Possession = {
      headers: () => {
        const [controller] = own.onRequestStart.mock.calls[0] as [Dispatcher.DispatchController]
        controller.abort(reason)
        return Promise.resolve({ dpop: 'proof' })
      },
      connection: () => undefined,
      nonce: () => undefined,
      learn: () => undefined,
    }
    const bound: BearerRouter = { [bearerRoute]: () => ({ ...source, [possession]: proving }) }
    bearerInterceptor(bound)(dispatch)(to('a.test'), own)
    await vi.waitFor(() => {
      expect(own.onResponseError).toHaveBeenCalledExactlyOnceWith(expect.anything(), reason)
    })
    expect(dispatch).not.toHaveBeenCalled()
  })

  it('waits for no token any more where its body fails meanwhile, and is not dispatched', async () => {
    const dispatch = vi.fn(() => true)
    const asked = Promise.withResolvers<AbortSignal | undefined>()
    const getToken: TokenSource['getToken'] = (options) => {
      asked.resolve(options?.signal)
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          reject(options.signal?.reason as Error)
        })
      })
    }
    const waiting: BearerRouter = { [bearerRoute]: () => ({ ...source, getToken }) }
    const own = handler()
    const body = new Readable({ read: () => undefined })
    const post = to('a.test', { method: 'POST', body })
    bearerInterceptor(waiting)(dispatch)(post, own)
    const signal = await asked.promise
    const reason = new Error('disk is gone')
    // Without a listener this would throw, and in a program end it.
    body.emit('error', reason)
    expect(signal?.reason).toBe(reason)
    await vi.waitFor(() => {
      expect(own.onResponseError).toHaveBeenCalledExactlyOnceWith(expect.anything(), reason)
    })
    expect(dispatch).not.toHaveBeenCalled()
    expect(body.listenerCount('error')).toBe(0)
  })

  it('fails once where the dispatcher throws', async () => {
    const broken = new Error('broken')
    const dispatch = () => {
      throw broken
    }
    const told = Promise.withResolvers<unknown>()
    const onResponseError = vi.fn((_controller: unknown, error: unknown) => {
      told.resolve(error)
    })
    bearerInterceptor(router)(dispatch)(to('a.test'), { ...handler(), onResponseError })
    expect(await told.promise).toBe(broken)
    expect(onResponseError).toHaveBeenCalledOnce()
  })

  it.each(['onRequestStart', 'onResponseError'])(
    'leaves no rejection behind where its handler throws in %s',
    async (name) => {
      const seen = vi.fn()
      process.on('unhandledRejection', seen)
      const failing = vi.fn(() => {
        throw new Error('of the handler')
      })
      const dispatch = () => {
        throw new Error('broken')
      }
      bearerInterceptor(router)(dispatch)(to('a.test'), { ...handler(), [name]: failing })
      await new Promise((resolve) => setTimeout(resolve, 20))
      process.off('unhandledRejection', seen)
      expect(failing).toHaveBeenCalledOnce()
      expect(seen).not.toHaveBeenCalled()
    },
  )
})
