import axios from 'axios'
import { TokenManager } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAutoManager } from '../../src/auto-manager.ts'
import type { AutoManager } from '../../src/auto-manager.ts'
import { makeFromEnvironment } from '../../src/environment/from-environment.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { ScriptedServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { rejectionOf } from '../support/start.ts'
import { errorOf } from './environment/refusal-of.ts'

interface World {
  readonly auto: AutoManager
  readonly server: ScriptedServer
  /** How many managers were made, or tried. */
  readonly tries: () => number
  readonly env: Record<string, string>
}

async function start(overrides: Record<string, string> = {}): Promise<World> {
  const server = await startAuthorizationServer()
  const env: Record<string, string> = {
    M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
    M2M_CLIENT_ID: 'task-service',
    M2M_CLIENT_SECRET: 'fake-secret',
    ...overrides,
  }
  let tries = 0
  const auto = createAutoManager(() => {
    tries += 1
    return makeFromEnvironment({ env }, (options) => new TokenManager(options))
  })
  onTestFinished(() => auto.tokens.close())
  return { auto, server, tries: () => tries, env }
}

const wanted = { M2M_AUDIENCE: 'event', M2M_SCOPES: 'event.view event.create' }

describe('a manager that is made on first use', () => {
  it('is not made before, and once for many first uses', async () => {
    const { auto, server, tries } = await start(wanted)
    expect(tries()).toBe(0)
    const { getToken, tokens } = auto
    const held = await Promise.all([getToken(), tokens.getToken(), getToken('event', [])])
    expect(tries()).toBe(1)
    expect(held[0]).toBe(held[1])
    expect(held[0]).not.toBe(held[2])
    expect(server.requests).toHaveLength(2)
  })

  it('is tried again after it could not be made', async () => {
    const { auto, tries, env } = await start({ M2M_CLIENT_ID: '' })
    const calls = [auto.getToken(), auto.fetch('https://api.test'), auto.tokens.prewarm()]
    const errors = await Promise.all(calls.map(rejectionOf))
    expect(errors).toMatchObject(Array(3).fill({ field: 'M2M_CLIENT_ID' }))
    expect(errorOf(() => auto.tokens.stats()).field).toBe('M2M_CLIENT_ID')
    expect(errorOf(() => auto.tokens.for('event')).field).toBe('M2M_CLIENT_ID')
    expect(tries()).toBe(5)
    env['M2M_CLIENT_ID'] = 'task-service'
    await auto.getToken('event')
    expect(tries()).toBe(6)
  })
})

describe('getToken', () => {
  it('without a request asks for the one of the variables, with the call’s own options', async () => {
    const { auto, server } = await start(wanted)
    const first = await auto.getToken()
    expect(server.form().get('audience')).toBe('event')
    expect(server.form().get('scope')).toBe('event.create event.view')
    expect(await auto.getToken(undefined, { forceRenewal: true })).not.toBe(first)
    expect(server.requests).toHaveLength(2)
  })

  it('without a request asks for a plain token where the variables name none', async () => {
    const { auto, server } = await start()
    await auto.getToken()
    expect([...server.form().keys()]).toEqual(['grant_type'])
  })

  it('with a request asks for that one alone', async () => {
    const { auto, server } = await start(wanted)
    await auto.getToken('file')
    expect(server.form().get('audience')).toBe('file')
    expect(server.form().has('scope')).toBe(false)
    await auto.getToken({ resource: 'https://api.test' })
    expect(server.form().has('audience')).toBe(false)
  })

  it('refuses null as a manager does', async () => {
    const { auto } = await start(wanted)
    expect(await rejectionOf(auto.getToken(null as never))).toMatchObject({
      code: 'request_invalid',
    })
  })
})

describe('tokens', () => {
  it('can do what a manager can', async () => {
    const api = await startResourceServer()
    const { auto, server } = await start({ M2M_AUDIENCE: api.origin })
    const { tokens } = auto
    const names = Object.getOwnPropertyNames(TokenManager.prototype)
    for (const name of [...names, 'fetch', 'getToken'].filter((one) => one !== 'constructor')) {
      expect(Object.hasOwn(tokens, name), name).toBe(true)
    }
    await tokens.prewarm()
    expect((await tokens.fetch(api.origin)).status).toBe(200)
    expect(await (await tokens.for({ audience: api.origin }).fetch(api.origin)).text()).toBe(
      'hello',
    )
    expect(api.tokens).toEqual([server.issued[0], server.issued[0]])
    expect(tokens.stats()).toMatchObject({ tokenRequests: 1 })
    expect(tokens.invalidate(server.issued[0] ?? '')).toBe(true)
    expect(tokens.invalidate('fake-other')).toBe(false)
    expect(errorOf(() => tokens.for('event', { origins: [] } as never)).code).toBe(
      'request_invalid',
    )
  })

  it('can be attached to axios before there is a manager', async () => {
    const api = await startResourceServer()
    const { auto, server, tries } = await start({ M2M_AUDIENCE: api.origin })
    const http = axios.create()
    attachBearer(http, auto.tokens)
    expect(tries()).toBe(0)
    expect((await http.get(api.origin)).data).toBe('hello')
    expect(api.tokens).toEqual(server.issued)
  })

  it('stay closed, whether they were used before or not', async () => {
    const { auto, tries } = await start(wanted)
    await auto.tokens.close()
    expect(await rejectionOf(auto.getToken())).toMatchObject({ code: 'manager_closed' })
    expect(tries()).toBe(0)
    const used = await start(wanted)
    await used.auto.getToken()
    await used.auto.tokens[Symbol.asyncDispose]()
    expect(await rejectionOf(used.auto.getToken())).toMatchObject({ code: 'manager_closed' })
    expect(used.tries()).toBe(1)
  })
})
