/** One attempt: for which server it is proven, how often it is repeated with a nonce, what it hides. */
import { describe, expect, it } from 'vitest'
import { attempt } from '../../../src/acquisition/attempt.ts'
import type { AttemptParts } from '../../../src/acquisition/attempt.ts'
import type { ClientAuthenticationContext } from '../../../src/client-auth/client-authentication.ts'
import { DpopNonces } from '../../../src/client-auth/dpop-nonces.ts'
import type { DpopProver, ProofSubject } from '../../../src/client-auth/dpop.ts'
import { parseTokenRequest } from '../../../src/request/token-request.ts'
import { standardProvider } from '../../../src/wire/provider.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const own = 'https://auth.test'
const foreign = 'https://other.test'
const request = parseTokenRequest({ audience: 'event' })

const refused = (error: string, nonce?: string) =>
  Response.json(
    { error },
    { status: 400, headers: nonce === undefined ? {} : { 'dpop-nonce': nonce } },
  )

/** Proofs that look like no token: only who knows that they were sent can hide them. */
function shortProofs(tokenNonces: DpopNonces, nonces: unknown[]): DpopProver {
  const proof = ({ nonce }: ProofSubject) => {
    nonces.push(nonce)
    return Promise.resolve('fake-proof')
  }
  return { allowBearer: true, tokenNonces, proof } as unknown as DpopProver
}

/** Meanwhile the answer to somebody else's request, sent earlier, taught an older nonce. */
class OvertakenNonces extends DpopNonces {
  override of(): string {
    return 'older'
  }
}

/** One attempt at a server that answers with these, in order, then grants. */
function attempting(answers: Response[], issuer?: string, tokenNonces = new DpopNonces()) {
  const contexts: ClientAuthenticationContext[] = []
  const nonces: unknown[] = []
  const sent: string[] = []
  const fetch = (input: unknown) => {
    sent.push(String(input))
    return Promise.resolve(answers.shift() ?? Response.json(some.tokenResponse()))
  }
  const parts: AttemptParts = {
    clock: manualClock(),
    fetch: () => fetch as typeof globalThis.fetch,
    provider: standardProvider,
    defaultLifetimeMs: 300_000,
    dpop: shortProofs(tokenNonces, nonces),
    onTokenRequest: () => undefined,
    onTransport: () => undefined,
    metadata: (named = own) =>
      Promise.resolve({ tokenEndpoint: new URL(`${named}/token`), authMethods: undefined }),
    issuer: own,
    clientId: some.clientId,
    clientAuthentication: {
      method: 'own',
      rotates: false,
      prove: (context) => {
        contexts.push(context)
        return Promise.resolve({ headers: {}, parameters: [], secrets: [] })
      },
    },
    attemptTimeoutMs: 5_000,
  }
  const { signal } = new AbortController()
  return { contexts, nonces, sent, outcome: attempt(parts, { ...request, issuer }, signal) }
}

describe('an attempt', () => {
  it.each([
    [undefined, own],
    [foreign, foreign],
  ])('is proven to the server that it is for (named: %s)', async (named, issuer) => {
    const { contexts, sent, outcome } = attempting([], named)
    await outcome
    expect(sent).toEqual([`${issuer}/token`])
    expect(contexts).toMatchObject([{ issuer, assertionAudience: issuer }])
  })

  it('ends at a server that wants another nonce each time', async () => {
    const answers = Array.from({ length: 20 }, (_, i) => refused('use_dpop_nonce', `n${i}`))
    const { sent, outcome } = attempting(answers)
    expect(await rejectionOf(outcome)).toMatchObject({ oauthError: 'use_dpop_nonce' })
    expect(sent).toHaveLength(6)
  })

  it('is repeated with the nonce that this answer told, and a proof made anew each time', async () => {
    const answers = [refused('use_dpop_nonce', 'n1'), refused('use_dpop_nonce', 'n2')]
    const { nonces, contexts, outcome } = attempting(answers, own, new OvertakenNonces())
    await outcome
    expect(nonces).toEqual(['older', 'n1', 'n2'])
    expect(contexts).toHaveLength(3)
  })

  it.each<[string, string | undefined]>([
    ['repeats the nonce of the proof', 'older'],
    ['tells none', undefined],
  ])('is not repeated where the answer %s', async (_case, nonce) => {
    const answers = [refused('use_dpop_nonce', nonce)]
    const { sent, outcome } = attempting(answers, own, new OvertakenNonces())
    expect(await rejectionOf(outcome)).toMatchObject({ oauthError: 'use_dpop_nonce' })
    expect(sent).toHaveLength(1)
  })

  it('is not repeated for a nonce that came with a refusal of something else', async () => {
    const { sent, outcome } = attempting([refused('invalid_scope', 'n1')])
    expect(await rejectionOf(outcome)).toMatchObject({ oauthError: 'invalid_scope' })
    expect(sent).toHaveLength(1)
  })

  it('hides the proof of possession that a server repeats, whatever it looks like', async () => {
    const words = { error: 'invalid_dpop_proof', error_description: 'you sent fake-proof, why?' }
    const { outcome } = attempting([Response.json(words, { status: 400 })])
    const error = await rejectionOf(outcome)
    expect((error as Error).message).toContain('you sent [hidden], why?')
    expect(JSON.stringify(error)).not.toContain('fake-proof')
  })
})
