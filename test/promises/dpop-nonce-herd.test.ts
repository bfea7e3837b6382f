/** A token endpoint whose nonces are good for one use, asked by many at once with proofs that take time. */
import { generateKeyPairSync } from 'node:crypto'
import { privateKeyJwt } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { some } from '../support/some.ts'
import { createManager } from '../support/start.ts'

function nonceOf(proof: string): unknown {
  const [, payload = ''] = proof.split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { nonce?: unknown }).nonce
}

/** Each nonce is told to one request, and taken once. */
function singleUseServer() {
  const open = new Set<unknown>()
  let requests = 0
  const answer = (proof: string): Response => {
    requests += 1
    if (open.delete(nonceOf(proof))) {
      return Response.json(some.tokenResponse({ token_type: 'DPoP' }))
    }
    const nonce = `nonce-${requests}`
    open.add(nonce)
    const headers = { 'dpop-nonce': nonce }
    return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers })
  }
  const fetch = async (_url: unknown, { headers }: RequestInit = {}) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
    return answer((headers as Record<string, string>)['dpop'] ?? '')
  }
  return { fetch: fetch as typeof globalThis.fetch, requests: () => requests }
}

describe('twenty audiences at once, at a server whose nonces are for one use', () => {
  it('each get their token, with the nonce that each was told', async () => {
    const server = singleUseServer()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      return privateKey
    }
    const tokens = createManager({ tokenEndpoint: 'https://auth.test/token' }, {
      clientSecret: undefined,
      clientAuthentication: privateKeyJwt({ key: slow }),
      dpop: true,
      fetch: server.fetch,
    } as unknown as Partial<TokenManagerOptions>)
    const audiences = Array.from({ length: 20 }, (_, index) => `service-${index}`)
    const got = await Promise.all(audiences.map((audience) => tokens.getToken(audience)))
    expect(new Set(got.map(({ tokenType }) => tokenType))).toEqual(new Set(['DPoP']))
    expect(server.requests()).toBe(40)
  })
})
