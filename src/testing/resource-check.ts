/**
 * Whether a resource of the kit lets a request in. JWTs are looked at by the verifier of this
 * package, which a user's own service would use as well; opaque tokens by asking their server.
 */
import type { AccessTokenVerifier } from '../verifier/index.ts'
import { inProcessFetch } from './in-process-fetch.ts'
import type { ReceivedRequest } from './received-request.ts'
import { jsonReply } from './scripted-answer.ts'
import type { Reply } from './scripted-answer.ts'
import type { ScriptedServer } from './scripted-server.ts'

export interface ResourceRules {
  readonly authorizationServer: ScriptedServer
  readonly audience: string
  readonly scopes: readonly string[]
  /** Our own, which proofs of possession name (RFC 9449). */
  readonly url: string
}

/** Answers with the refusal that a request deserves, or with nothing. */
export type ResourceCheck = (request: ReceivedRequest) => Promise<Reply | undefined>

/** The verifier, and jose with it, is loaded here and not before. */
export async function createResourceCheck(rules: ResourceRules): Promise<ResourceCheck> {
  const { authorizationServer, audience, scopes, url } = rules
  const { issuer, clock, tokenFormat } = authorizationServer
  if (tokenFormat === 'opaque') return (request) => Promise.resolve(byAsking(request, rules))
  const { createAccessTokenVerifier, isAccessTokenRefused } = await import('../verifier/index.ts')
  const verifier = createAccessTokenVerifier({
    ...{ issuer, audience, scopes, clock, publicUrl: url, dpop: 'allowed' },
    // Its keys can be had whatever its door is, and are not asked for over the network.
    fetch: inProcessFetch(authorizationServer, () => globalThis.fetch),
    allowInsecureHttp: true,
  })
  return async (request) => {
    // A revoked JWT verifies until it expires; the resource has heard of it all the same.
    const token = tokenOf(request)
    if (token !== undefined && authorizationServer.isRevoked(token)) return invalidToken()
    return refusalBy(verifier, request).catch((error: unknown) => {
      if (!isAccessTokenRefused(error)) throw error
      return refusal(error.status, error.wwwAuthenticate)
    })
  }
}

async function refusalBy(
  verifier: AccessTokenVerifier,
  { method, headers, path: url }: ReceivedRequest,
): Promise<undefined> {
  await verifier.verifyRequest({ method, headers, url })
}

function byAsking(request: ReceivedRequest, rules: ResourceRules): Reply | undefined {
  const { authorizationServer, audience, scopes } = rules
  const token = tokenOf(request)
  if (token === undefined) return refusal(401, 'Bearer')
  if (!authorizationServer.accepts(token, { audience })) return invalidToken()
  if (authorizationServer.accepts(token, { audience, scopes })) return undefined
  return refusal(403, `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`)
}

/** RFC 6750 section 3.1. */
export function invalidToken(): Reply {
  return refusal(401, 'Bearer error="invalid_token"')
}

function refusal(status: number, challenge: string | undefined): Reply {
  return jsonReply(
    status,
    { error: status === 403 ? 'forbidden' : 'unauthorized' },
    challenge === undefined ? {} : { 'www-authenticate': challenge },
  )
}

function tokenOf({ headers }: ReceivedRequest): string | undefined {
  return /^(?:Bearer|DPoP) +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}
