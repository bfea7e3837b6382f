import { inspect } from 'node:util'
import axios from 'axios'
import type { AxiosAdapter } from 'axios'
import { AccessToken, ConfigurationError } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { bearerRoute } from '../../../src/token-source.ts'
import type { BearerRouter, TokenSource } from '../../../src/token-source.ts'

const source: TokenSource = {
  getToken: () =>
    Promise.resolve(
      new AccessToken({ accessToken: 'fake', tokenType: 'Bearer', expiresAt: 0, scopes: [] }),
    ),
  invalidate: () => true,
}

/** Knows `https://a.test` alone, and refuses the rest. */
const router: BearerRouter = {
  [bearerRoute]: (url) => {
    if (url.hostname === 'a.test') return source
    throw new ConfigurationError('origin_not_listed', 'x', { field: url.origin })
  },
}

describe('a config that is sent again', () => {
  it('is treated as it was the first time, also where it is redirected to an unlisted place', async () => {
    const sent: string[] = []
    const adapter: AxiosAdapter = (config) => {
      sent.push(`${config.url ?? ''} ${String(config.headers.get('authorization'))}`)
      const redirected = config.url === 'https://a.test/here'
      const headers = redirected ? { location: 'https://b.test/there' } : {}
      const status = redirected ? 302 : 200
      return Promise.resolve({ data: '', status, statusText: '', headers, config })
    }
    const instance = axios.create({ adapter })
    attachBearer(instance, router)
    const first = await instance.get<unknown>('https://a.test/here')
    expect(first.status).toBe(200)
    expect((await instance.request<unknown>(first.config)).status).toBe(200)
    const once = ['https://a.test/here Bearer fake', 'https://b.test/there undefined']
    expect(sent).toEqual([...once, ...once])
  })
})

describe('a request with credentials of its own', () => {
  it.each([
    ['auth', { auth: { username: 'fake', password: 'fake' } }],
    ['a header', { headers: { Authorization: 'Basic fake' } }],
    ['a header that is taken away', { headers: { Authorization: false } }],
  ])('in %s gets no token of ours', async (_where, config) => {
    const sent: unknown[] = []
    const adapter: AxiosAdapter = (sending) => {
      sent.push(sending.headers.get('authorization'))
      return Promise.resolve({
        data: '',
        status: 200,
        statusText: '',
        headers: {},
        config: sending,
      })
    }
    const instance = axios.create({ adapter })
    attachBearer(instance, router)
    await instance.get('https://a.test/here', config as object)
    expect(sent).toHaveLength(1)
    expect(String(sent[0])).not.toContain('Bearer')
  })
})

describe('the request that an answer carries', () => {
  it('prints nothing, and is still there for who asks for it by name', async () => {
    const request = { path: '/here', sent: 'Bearer fake' }
    const adapter: AxiosAdapter = (config) =>
      Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config, request })
    const instance = axios.create({ adapter })
    attachBearer(instance, router)
    const response = await instance.get<unknown>('https://a.test/here')
    const carried = response.request as typeof request
    expect(carried.path).toBe('/here')
    for (const printed of [inspect(carried), JSON.stringify(carried), inspect(response)]) {
      expect(printed).not.toContain('fake')
    }
  })
})
