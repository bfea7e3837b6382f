/**
 * Who decides about Authorization, and what attaching and detaching mean. With the newest and the
 * oldest axios we support.
 */
import type { AxiosError, AxiosRequestConfig } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { attach, expectNoToken, tokensOf, variants } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import { startResource } from './support/plain-servers.ts'

const bearer = 'Bearer event-token-1'

describe.each(variants)('$copy with its $adapter adapter', (variant) => {
  it.each<{ kind: string; config: unknown }>([
    { kind: 'auth of null', config: { auth: null } },
    { kind: 'auth of undefined', config: { auth: undefined } },
    { kind: 'an Authorization of null', config: { headers: { Authorization: null } } },
    { kind: 'an Authorization of undefined', config: { headers: { Authorization: undefined } } },
    { kind: 'an empty Authorization', config: { headers: { Authorization: '' } } },
    { kind: 'an empty authorization', config: { headers: { authorization: '' } } },
  ])('takes $kind for no decision, and sends our token', async ({ config }) => {
    const events = await startResource()
    const { client } = await attach(variant, { [events.origin]: 'event' })
    await client.get(events.origin, config as AxiosRequestConfig)
    expect(tokensOf(events.arrivals)).toEqual([bearer])
  })

  it.each<{ kind: string; config: AxiosRequestConfig; seen: string | undefined }>([
    { kind: 'false', config: { headers: { Authorization: false } }, seen: undefined },
    { kind: 'its own', config: { headers: { authorization: 'Key fake' } }, seen: 'Key fake' },
    {
      kind: 'user and password',
      config: { auth: { username: 'a', password: 'b' } },
      seen: 'Basic YTpi',
    },
  ])('leaves an Authorization of $kind as it is', async ({ config, seen }) => {
    const events = await startResource()
    const { client, endpoint } = await attach(variant, { [events.origin]: 'event' })
    await client.get(events.origin, config)
    expect(tokensOf(events.arrivals)).toEqual([seen])
    expect(endpoint.arrivals).toEqual([])
  })

  it('refuses a second attachBearer, of this manager or another, and goes on with the first', async () => {
    const events = await startResource()
    const { client, tokens } = await attach(variant, { [events.origin]: 'event' })
    const other = await attach(variant, { [events.origin]: 'other' })

    for (const manager of [tokens, other.tokens]) {
      expect(() => attachBearer(client, manager)).toThrow(
        expect.objectContaining({ code: 'configuration_invalid', field: 'instance' }) as Error,
      )
    }

    await client.get(events.origin)
    expect(tokensOf(events.arrivals)).toEqual([bearer])
  })

  it('attaches again after it was detached, and sends one token', async () => {
    const events = await startResource()
    const { client, detach } = await attach(variant, { [events.origin]: 'event' })
    const other = await attach(variant, { [events.origin]: 'other' })
    await client.get(events.origin)
    detach()
    await client.get(events.origin)

    const detachOther = attachBearer(client, other.tokens)
    await client.get(events.origin)
    // An old handle is spent: it detaches nothing that was attached since.
    detach()
    await client.get(events.origin)
    detachOther()
    await client.get(events.origin)

    const theirs = 'Bearer other-token-1'
    expect(tokensOf(events.arrivals)).toEqual([bearer, undefined, theirs, theirs, undefined])
  })

  it('keeps refusing a second attachBearer after an old handle was called again', async () => {
    const events = await startResource()
    const { client, tokens, detach } = await attach(variant, { [events.origin]: 'event' })
    detach()
    attachBearer(client, tokens)
    detach()
    expect(() => attachBearer(client, tokens)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid' }) as Error,
    )
  })

  it('sends no token with the config of an older error once it is detached', async () => {
    const events = await startResource((response) => response.writeHead(500).end())
    const { client, detach } = await attach(variant, { [events.origin]: 'event' })
    const error = (await failureOf(client.get(`${events.origin}/e?a=1`))) as AxiosError
    detach()

    const again = (await failureOf(client.request(error.config ?? {}))) as AxiosError
    const plain = variant.axios.create()
    await failureOf(plain.request(again.config ?? {}))

    expect(tokensOf(events.arrivals)).toEqual([bearer, undefined, undefined])
    expect(events.arrivals.map(({ path }) => path)).toEqual(['/e?a=1', '/e?a=1', '/e?a=1'])
    expectNoToken(again)
  })

  it('sends one token, of the manager attached now, with the config of an older error', async () => {
    const events = await startResource((response) => response.writeHead(500).end())
    const { client, detach } = await attach(variant, { [events.origin]: 'event' })
    const error = (await failureOf(client.get(events.origin))) as AxiosError
    detach()
    const other = await attach(variant, { [events.origin]: 'other' })
    attachBearer(client, other.tokens)

    await failureOf(client.request(error.config ?? {}))

    expect(tokensOf(events.arrivals)).toEqual([bearer, 'Bearer other-token-1'])
  })
})
