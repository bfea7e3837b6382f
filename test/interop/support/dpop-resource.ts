/**
 * A resource server that takes tokens bound to a key (RFC 9449), checked with jose alone: the token
 * against its issuer's keys, the proof against the request, the two against each other. It can want a
 * nonce, and another one every so many requests.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { calculateJwkThumbprint, createRemoteJWKSet, EmbeddedJWK, jwtVerify } from 'jose'
import type { JWK } from 'jose'
import { listen, sendJson } from './loopback.ts'
import type { LoopbackServer } from './loopback.ts'

export interface DpopResource extends LoopbackServer {
  /** Answers so far, by what was decided. */
  readonly counts: { accepted: number; nonce: number; refused: number }
}

export interface DpopResourceOptions {
  readonly issuer: string
  readonly audience: string
  /** A new nonce after so many accepted requests; none is wanted where it is left out. */
  readonly nonceLasts?: number
}

export async function startDpopResource(options: DpopResourceOptions): Promise<DpopResource> {
  const { issuer, audience, nonceLasts } = options
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const counts = { accepted: 0, nonce: 0, refused: 0 }
  const seen = new Set<string>()
  const nonce = () =>
    nonceLasts === undefined ? undefined : `nonce-${Math.floor(counts.accepted / nonceLasts)}`
  let origin = ''

  const check = async (request: IncomingMessage) => {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
    if (scheme !== 'DPoP') throw new Error('not a DPoP token')
    const { payload } = await jwtVerify(token, keys, { issuer, audience })
    const proof = await jwtVerify(String(request.headers['dpop']), EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: 60,
    })
    const url = new URL(request.url ?? '', origin)
    const ath = createHash('sha256').update(token).digest('base64url')
    const thumbprint = await calculateJwkThumbprint(proof.protectedHeader.jwk as JWK)
    const expected = [request.method, `${url.origin}${url.pathname}`, ath, thumbprint]
    const { htm, htu, ath: claimed, jti } = proof.payload
    const bound = (payload['cnf'] as { jkt?: string } | undefined)?.jkt
    if (JSON.stringify([htm, htu, claimed, bound]) !== JSON.stringify(expected)) {
      throw new Error('the proof is not for this request')
    }
    if (jti === undefined || seen.has(jti)) throw new Error('replayed')
    seen.add(jti)
    return proof.payload['nonce'] === nonce()
  }

  const http = await listen((request, response) => {
    const answer = async () => {
      const fresh = await check(request)
      const wanted = nonce()
      const headers = wanted === undefined ? {} : { 'dpop-nonce': wanted }
      if (!fresh) {
        counts.nonce += 1
        const challenge = 'DPoP algs="ES256 EdDSA", error="use_dpop_nonce"'
        sendJson(response, 401, {}, { ...headers, 'www-authenticate': challenge })
        return
      }
      counts.accepted += 1
      sendJson(response, 200, { path: request.url }, headers)
    }
    request.resume().once('end', () => {
      answer().catch((error: unknown) => {
        counts.refused += 1
        const challenge = 'DPoP algs="ES256", error="invalid_token"'
        sendJson(response, 401, { message: String(error) }, { 'www-authenticate': challenge })
      })
    })
  })
  origin = http.origin
  return Object.assign(http, { counts })
}
