import type { ClientAuthentication } from 'm2m-tokens'
import { standardProvider } from '../../../src/wire/provider.ts'
import { describe, expect, it } from 'vitest'
import { createAcquire } from '../../../src/acquisition/acquire.ts'
import type { AcquisitionParts } from '../../../src/acquisition/acquire.ts'
import { parseTokenRequest } from '../../../src/request/token-request.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const request = parseTokenRequest({ audience: 'event', parameters: { ticket: 'fake-ticket' } })
const settle = () => new Promise((resolve) => setImmediate(resolve))
const granted = () => Response.json(some.tokenResponse())
const refused = (status: number, error?: string) =>
  Response.json(error === undefined ? {} : { error }, { status })

/** Proofs `fake-1`, `fake-2` and so on, each unlike the one before. */
function countingMethod(rotates: boolean): ClientAuthentication & { readonly proofs: number } {
  let proofs = 0
  return {
    method: 'counting',
    rotates,
    get proofs() {
      return proofs
    },
    prove: () => {
      proofs += 1
      const secret = `fake-${proofs}`
      return Promise.resolve({ headers: { proof: secret }, parameters: [], secrets: [secret] })
    },
  }
}

/** One acquisition at a server that answers with these, in order, then grants. */
function acquiring(answers: Response[], overrides: Partial<AcquisitionParts> = {}, askedMsAgo = 0) {
  const clock = manualClock()
  const sent: { readonly proof: string | undefined; readonly signal: AbortSignal }[] = []
  const fetch = (_url: unknown, { headers, signal }: RequestInit = {}) => {
    const { proof } = headers as Record<string, string | undefined>
    sent.push({ proof, signal: signal as AbortSignal })
    return Promise.resolve(answers.shift() ?? granted())
  }
  const acquire = createAcquire({
    clock,
    fetch: () => fetch as typeof globalThis.fetch,
    metadata: () =>
      Promise.resolve({
        tokenEndpoint: new URL('https://auth.test/token'),
        authMethods: undefined,
      }),
    issuer: undefined,
    clientId: some.clientId,
    clientAuthentication: countingMethod(false),
    attemptTimeoutMs: 5_000,
    acquireTimeoutMs: 10_000,
    defaultLifetimeMs: 300_000,
    retries: 2,
    random: () => 0,
    onTokenRequest: () => undefined,
    onTransport: () => undefined,
    provider: standardProvider,
    dpop: undefined,
    ...overrides,
  })
  const { signal } = new AbortController()
  const outcome = acquire(request, { signal, askedAt: clock.monotonic() - askedMsAgo })
  return { clock, sent, outcome }
}

const silent = {
  fetch: () => () => new Promise<Response>(() => undefined),
} satisfies Partial<AcquisitionParts>

describe('a refused proof', () => {
  it.each([
    ['401 without a code', refused(401)],
    ['invalid_client with 400', refused(400, 'invalid_client')],
    ['invalid_client with 401', refused(401, 'invalid_client')],
  ])('that can be made anew is, after %s', async (_case, answer) => {
    const { sent, outcome } = acquiring([answer], { clientAuthentication: countingMethod(true) })
    await outcome
    expect(sent.map(({ proof }) => proof)).toEqual(['fake-1', 'fake-2'])
  })

  it('is not made anew for a refusal that is about something else', async () => {
    const { sent, outcome } = acquiring([refused(400, 'invalid_scope')], {
      clientAuthentication: countingMethod(true),
    })
    expect(await rejectionOf(outcome)).toMatchObject({ oauthError: 'invalid_scope' })
    expect(sent).toHaveLength(1)
  })

  it('is made anew once, and then the refusal is told', async () => {
    const clientAuthentication = countingMethod(true)
    const { sent, outcome } = acquiring([refused(401), refused(401)], { clientAuthentication })
    expect(await rejectionOf(outcome)).toMatchObject({ status: 401 })
    expect(sent).toHaveLength(2)
    expect(clientAuthentication.proofs).toBe(2)
  })

  it('of a method that does not rotate is not asked for again', async () => {
    const clientAuthentication = countingMethod(false)
    const { sent, outcome } = acquiring([refused(401)], { clientAuthentication })
    expect(await rejectionOf(outcome)).toMatchObject({ status: 401 })
    expect(sent).toHaveLength(1)
    expect(clientAuthentication.proofs).toBe(1)
  })

  it('is what is told where the second reading of the secret fails', async () => {
    const method = countingMethod(true)
    const prove: ClientAuthentication['prove'] = (context) =>
      method.proofs === 0 ? method.prove(context) : Promise.reject(new Error('vault is sealed'))
    const clientAuthentication = { method: 'own', rotates: true, prove }
    const { outcome } = acquiring([refused(401)], { clientAuthentication })
    expect(await rejectionOf(outcome)).toMatchObject({ code: 'token_endpoint_refused' })
  })
})

describe('an attempt that takes too long', () => {
  it('is ended at the server as well, and the next one begins', async () => {
    const signals: AbortSignal[] = []
    const fetch = (_url: unknown, { signal }: RequestInit = {}) => {
      signals.push(signal as AbortSignal)
      return signals.length === 1 ? new Promise<Response>(() => undefined) : granted()
    }
    const { clock, outcome } = acquiring([], { fetch: () => fetch as typeof globalThis.fetch })
    await settle()
    clock.advance(4_999)
    expect(signals[0]?.aborted).toBe(false)
    clock.advance(1)
    expect(signals[0]?.aborted).toBe(true)
    await outcome
    expect(signals).toHaveLength(2)
  })

  it('sends no secret that arrives after its time', async () => {
    let arrive: () => void = () => undefined
    const method = countingMethod(false)
    const prove: ClientAuthentication['prove'] = (context) =>
      new Promise((resolve) => {
        arrive = () => {
          resolve(method.prove(context))
        }
      })
    const clientAuthentication = { method: 'own', rotates: false, prove }
    const { clock, sent, outcome } = acquiring([], { clientAuthentication, retries: 0 })
    await settle()
    clock.advance(5_000)
    expect(await rejectionOf(outcome)).toMatchObject({ code: 'token_endpoint_timeout' })
    arrive()
    await settle()
    expect(sent).toHaveLength(0)
  })
})

describe('an acquisition', () => {
  it('proves who we are anew for every attempt', async () => {
    const { sent, outcome } = acquiring([refused(500), refused(503)])
    await outcome
    expect(sent.map(({ proof }) => proof)).toEqual(['fake-1', 'fake-2', 'fake-3'])
  })

  it('repeats neither its proof nor a parameter in the message of a refusal', async () => {
    const words = { error: 'invalid_request', error_description: 'fake-1 and fake-ticket, why?' }
    const { outcome } = acquiring([Response.json(words, { status: 400 })])
    const error = await rejectionOf(outcome)
    expect((error as Error).message).toContain('[hidden] and [hidden], why?')
    expect(JSON.stringify(error)).not.toContain('fake-')
  })

  it('does not wait for a retry that its time limit leaves no room for', async () => {
    const { clock, sent, outcome } = acquiring([refused(500)], {
      acquireTimeoutMs: 200,
      random: () => 1,
    })
    expect(await rejectionOf(outcome)).toMatchObject({ status: 500 })
    expect(sent).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('tells what went wrong when its time runs out while it tries again', async () => {
    const answers = [refused(500)]
    const fetch = () => answers.shift() ?? new Promise<Response>(() => undefined)
    const { clock, outcome } = acquiring([], {
      fetch: () => fetch as unknown as typeof globalThis.fetch,
      acquireTimeoutMs: 3_000,
    })
    await settle()
    clock.advance(3_000)
    expect(await rejectionOf(outcome)).toMatchObject({ status: 500 })
  })

  it.each([0, 4_000])('ends within its time, asked for %d ms before it began', async (agoMs) => {
    const { clock, outcome } = acquiring([], { ...silent, attemptTimeoutMs: 60_000 }, agoMs)
    let ended = false
    const rejection = rejectionOf(outcome).finally(() => {
      ended = true
    })
    await settle()
    clock.advance(9_999 - agoMs)
    await settle()
    expect(ended).toBe(false)
    clock.advance(1)
    expect(await rejection).toMatchObject({ code: 'token_endpoint_timeout' })
  })
})
