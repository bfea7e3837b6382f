/**
 * A service behind OAuth2 access tokens: one collection, one audience, and a scope for each way of
 * using it (`event.view`, `event.create`, `event.update`, `event.delete`). Tokens are verified
 * locally; for writing, the service may also ask whether the token has been revoked.
 */
import type { IncomingMessage } from 'node:http'
import { startLoopback } from '../support/loopback.ts'
import { bearerToken, challengeFor, createVerifier } from './verifier.ts'
import type { Verdict } from './verifier.ts'

export interface ProtectedServiceOptions {
  readonly apiDomain: string
  readonly audience: 'event' | 'file'
  readonly collection: '/events' | '/files'
  /** Asks the authorization server before anything is changed. Local verification cannot know. */
  readonly asksForRevocation: boolean
}

export interface ProtectedService {
  readonly url: string
  readonly refused: () => number
  readonly stop: () => Promise<void>
}

const actions: Readonly<Record<string, { readonly verb: string; readonly status: number }>> = {
  GET: { verb: 'view', status: 200 },
  POST: { verb: 'create', status: 201 },
  PUT: { verb: 'update', status: 200 },
  DELETE: { verb: 'delete', status: 200 },
}

export async function startProtectedService(
  options: ProtectedServiceOptions,
): Promise<ProtectedService> {
  const check = createCheck(options)
  let refused = 0
  const loopback = await startLoopback(() => async (request, response) => {
    const action = actions[request.method ?? '']
    if (request.url !== options.collection || action === undefined) {
      response.writeHead(404).end()
      return
    }
    const verdict = await check(request, action.verb)
    response.setHeader('content-type', 'application/json')
    if (verdict.status === 200) {
      response.writeHead(action.status).end(JSON.stringify({ by: verdict.subject }))
      return
    }
    refused += 1
    response.writeHead(verdict.status, { 'www-authenticate': challengeFor(verdict) })
    response.end(JSON.stringify({ error: verdict.error }))
  })
  return { url: loopback.url, refused: () => refused, stop: loopback.stop }
}

function createCheck({ apiDomain, audience, asksForRevocation }: ProtectedServiceOptions) {
  const verify = createVerifier(apiDomain)
  return async ({ headers }: IncomingMessage, verb: string): Promise<Verdict> => {
    const token = bearerToken(headers.authorization)
    const verdict = await verify(token, { audience, scope: `${audience}.${verb}` })
    if (token === undefined || verdict.status !== 200) return verdict
    if (!asksForRevocation || verb === 'view' || (await isLive(apiDomain, token))) return verdict
    return { status: 401, error: 'invalid_token' }
  }
}

async function isLive(apiDomain: string, token: string): Promise<boolean> {
  const response = await fetch(`${apiDomain}/auth/oauth/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
  })
  const answer: unknown = await response.json()
  return (
    typeof answer === 'object' && answer !== null && 'active' in answer && answer.active === true
  )
}
