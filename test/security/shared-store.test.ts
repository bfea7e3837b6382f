/** T25: a shared store in the hands of somebody who can read and write it, and has not the key. */
import type { TokenStore } from 'm2m-tokens'
import { sealedTokenStore } from 'm2m-tokens/redis'
import { describe, expect, it } from 'vitest'
import { methodsOf, startFleet } from '../support/fleet.ts'
import { until } from '../support/loopback-server.ts'
import { some } from '../support/some.ts'

const key = new Uint8Array(32).fill(9)

/** Everything that a store is given, and what it gives for each name. */
async function startTapped() {
  const written = new Map<string, string>()
  const told: string[] = []
  const planted = new Map<string, string>()
  const plant = (name: string) => {
    const value = planted.get(name)
    return value === undefined ? {} : { record: { id: 'planted', value, expiresInMs: 600_000 } }
  }
  const world = await startFleet({
    store: (plain) => {
      const tap: TokenStore = {
        ...methodsOf(plain),
        get: async (name) => {
          told.push(name)
          return { ...(await plain.get(name)), ...plant(name) }
        },
        lease: async (name, ms, held) => ({
          ...(await plain.lease(name, ms, held)),
          ...plant(name),
        }),
        set: (name, record, version) => {
          told.push(name, record.id, record.value)
          written.set(name, record.value)
          return plain.set(name, record, version)
        },
      }
      return sealedTokenStore(tap, key)
    },
  })
  return { ...world, written, told, planted }
}

describe('T25: a shared store', () => {
  it('T25: is told no token, no secret, no audience and no scope', async () => {
    const { join, told, written } = await startTapped()
    const { accessToken } = await join().getToken('the-audience', ['the.scope'])
    await until(() => written.size === 1)
    const text = told.join(' ')
    for (const hidden of [accessToken, some.secret, some.clientId, 'the-audience', 'the.scope']) {
      expect(text).not.toContain(hidden)
      expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain(hidden)
    }
  })

  it('T25: has no token taken that was copied from another name', async () => {
    const { server, join, planted, written } = await startTapped()
    await join().getToken('for-the-powerful')
    await until(() => written.size === 1)
    await join().getToken('for-everybody')
    await until(() => written.size === 2)
    const [powerful = '', everybody = ''] = written.keys()
    planted.set(everybody, written.get(powerful) ?? '')
    const token = await join().getToken('for-everybody')
    expect(token.accessToken).toBe(server.issued[2])
  })

  it('T25: has no token taken that was sealed under another key', async () => {
    const { server, join, planted, written } = await startTapped()
    const other = await startFleet()
    const forged: string[] = []
    const forging: TokenStore = {
      ...methodsOf(other.store),
      set: (name, record, version) => {
        forged.push(record.value)
        return other.store.set(name, record, version)
      },
    }
    const stranger = sealedTokenStore(forging, new Uint8Array(32).fill(8))
    await other.join({ store: stranger }).getToken('event')
    await until(() => forged.length === 1)
    await join().getToken('event')
    await until(() => written.size === 1)
    for (const name of written.keys()) planted.set(name, forged[0] ?? '')
    expect((await join().getToken('event')).accessToken).toBe(server.issued[1])
  })
})
