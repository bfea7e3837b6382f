/**
 * What ends a request of axios ends it with tokens attached as well: timeout, cancelToken, signal
 * and fetchOptions keep their meaning while a token is waited for and across redirects. With the
 * newest and the oldest axios we support.
 */
import type { AxiosInstance, AxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { attach, expectNoToken, tokensOf, variants } from './support/axios-copies.ts'
import type { Variant } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import { startResource } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'

/** An instance whose token endpoint takes the request and never answers. */
async function startWaiting(variant: Variant) {
  const arrived = Promise.withResolvers<undefined>()
  const silent: Reply = () => {
    arrived.resolve(undefined)
  }
  const events = await startResource()
  const world = await attach(
    variant,
    { [events.origin]: 'event' },
    { tokenReplies: [silent, silent, silent] },
  )
  return { ...world, events, asked: arrived.promise }
}

async function timed(promise: Promise<unknown>) {
  const startedAt = performance.now()
  const error = await failureOf(promise)
  return { error, elapsedMs: performance.now() - startedAt }
}

describe.each(variants)('$copy with its $adapter adapter', (variant) => {
  it('ends the wait for a token when its timeout is over', async () => {
    const { client, events } = await startWaiting(variant)

    const { error, elapsedMs } = await timed(client.get(events.origin, { timeout: 100 }))

    expect(error).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 100ms exceeded' })
    expect(variant.axios.isAxiosError(error)).toBe(true)
    expect(elapsedMs).toBeGreaterThan(90)
    expect(elapsedMs).toBeLessThan(600)
    expect(events.arrivals).toEqual([])
    expectNoToken(error)
  })

  it('tells of that timeout in the words and with the code it was told to use', async () => {
    const { client, events } = await startWaiting(variant)
    const error = await failureOf(
      client.get(events.origin, {
        timeout: 30,
        timeoutErrorMessage: 'too late',
        transitional: { clarifyTimeoutError: true },
      }),
    )
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'too late' })
  })

  it('ends the wait for a token when its cancelToken is cancelled', async () => {
    const { client, events, asked } = await startWaiting(variant)
    const source = variant.axios.CancelToken.source()
    const sent = failureOf(client.get(events.origin, { cancelToken: source.token }))
    await asked

    source.cancel('no longer wanted')

    const error = await sent
    expect(variant.axios.isCancel(error)).toBe(true)
    expect(error).toMatchObject({ message: 'no longer wanted' })
    expect(events.arrivals).toEqual([])
  })

  it('ends a request when its cancelToken is cancelled while the resource is silent', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const events = await startResource(() => {
      arrived.resolve(undefined)
    })
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const source = variant.axios.CancelToken.source()
    const sent = failureOf(client.get(events.origin, { cancelToken: source.token }))
    await arrived.promise

    source.cancel('no longer wanted')

    expect(variant.axios.isCancel(await sent)).toBe(true)
    expectNoToken(await sent)
  })

  it('lets its timeout cover all redirects together', async () => {
    const events = await startResource((response) => {
      setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 40)
    })
    const { client } = await attach(variant, { [events.origin]: 'event' })

    const error = await failureOf(client.get(`${events.origin}/e`, { timeout: 130 }))

    expect((error as { code?: string }).code).toMatch(/^E(CONNABORTED|TIMEDOUT)$/)
    expect(events.arrivals.length).toBeGreaterThan(1)
    expect(events.arrivals.length).toBeLessThan(6)
    if (variant.adapter === 'http') {
      expect(error).toMatchObject({ message: 'timeout of 130ms exceeded' })
    }
    expectNoToken(error)
  })

  it('takes a signal of null for none', async () => {
    const events = await startResource()
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const config = { signal: null } as unknown as AxiosRequestConfig
    for (const limits of [config, { ...config, timeout: 5_000 }]) {
      expect((await client.get(events.origin, limits)).status).toBe(200)
    }
    const bearer = 'Bearer event-token-1'
    expect(tokensOf(events.arrivals)).toEqual([bearer, bearer])
  })

  it('keeps no listener on the signal of a caller who sends many requests with it', async () => {
    const events = await startResource()
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = ((...rest: Parameters<typeof add>) => {
      listeners += 1
      add(...rest)
    }) as typeof add
    signal.removeEventListener = ((...rest: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...rest)
    }) as typeof remove

    await client.get(events.origin, { signal, timeout: 5_000 })
    const afterOne = listeners
    for (let round = 0; round < 4; round += 1) {
      await client.get(events.origin, { signal, timeout: 5_000 })
    }

    expect([afterOne, listeners]).toEqual([0, 0])
  })
})

const byFetch = variants.filter(({ adapter }) => adapter === 'fetch')

describe.each(byFetch)('fetchOptions of $copy', (variant) => {
  async function start() {
    const files = await startResource((response) => response.end('files'))
    const events = await startResource((response) => {
      response.writeHead(302, { location: `${files.origin}/f` }).end('over there')
    })
    const resources = { [events.origin]: 'event', [files.origin]: 'file' }
    const { client } = await attach(variant, resources)
    const plain = variant.axios.create({ adapter: 'fetch' })
    return { files, events, client, plain }
  }

  const redirect = (instance: AxiosInstance, url: string, mode: 'manual' | 'error' | 'follow') =>
    instance.get<unknown>(url, { fetchOptions: { redirect: mode }, validateStatus: null })

  it('with redirect: manual give the redirect itself to the caller', async () => {
    const { files, events, client, plain } = await start()

    const expected = await redirect(plain, events.origin, 'manual')
    const { status, data, headers } = await redirect(client, events.origin, 'manual')

    expect([status, data]).toEqual([302, 'over there'])
    expect([status, data]).toEqual([expected.status, expected.data])
    expect(headers['location']).toBe(`${files.origin}/f`)
    expect(files.arrivals).toEqual([])
    expect(tokensOf(events.arrivals)).toEqual([undefined, 'Bearer event-token-1'])
  })

  it('with redirect: error make an error of it', async () => {
    const { files, events, client, plain } = await start()

    const expected = await failureOf(redirect(plain, events.origin, 'error'))
    const error = await failureOf(redirect(client, events.origin, 'error'))

    const { code } = expected as { code?: string }
    expect(error).toMatchObject({ code, message: (expected as Error).message })
    expect(files.arrivals).toEqual([])
    expect(tokensOf(events.arrivals)).toEqual([undefined, 'Bearer event-token-1'])
    expectNoToken(error)
  })

  it('with redirect: follow are followed, each place with its own token', async () => {
    const { files, events, client } = await start()
    const { data } = await redirect(client, events.origin, 'follow')
    expect(data).toBe('files')
    expect(tokensOf(files.arrivals)).toEqual(['Bearer file-token-2'])
  })
})

const byHttp = variants.filter(({ adapter }) => adapter === 'http')

describe.each(byHttp)('$copy with its http adapter', (variant) => {
  it.each(['manual', 'error'] as const)(
    'does not read fetchOptions of redirect: %s',
    async (mode) => {
      const events = await startResource((response, request) => {
        if (request.url === '/e') response.writeHead(302, { location: '/f' }).end()
        else response.end('f')
      })
      const { client } = await attach(variant, { [events.origin]: 'event' })
      const config = { fetchOptions: { redirect: mode } }
      const plain = await variant.axios
        .create({ adapter: 'http' })
        .get<unknown>(`${events.origin}/e`, config)
      const { data } = await client.get<unknown>(`${events.origin}/e`, {
        ...config,
        validateStatus: null,
      })
      expect([data, plain.data]).toEqual(['f', 'f'])
    },
  )
})
