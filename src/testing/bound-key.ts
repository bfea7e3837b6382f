/**
 * The key that a token is to be bound to (RFC 9449 section 5): the one that signed the proof which
 * came with the token request. Each proof serves once, for this endpoint.
 */
import { Buffer } from 'node:buffer'
import type { JWK } from 'jose'
import type { Clock } from '../clock.ts'
import { jsonObject } from '../json-object.ts'
import { verifiedClaims } from './jwt-check.ts'
import type { ReceivedRequest } from './received-request.ts'
import { RefusedGrant } from './refused-grant.ts'

export interface ProofRules {
  readonly tokenEndpoint: string
  readonly clock: Clock
}

const toleranceSeconds = 60

export class BoundKeys {
  readonly #rules: ProofRules
  readonly #usedIds = new Set<string>()

  constructor(rules: ProofRules) {
    this.#rules = rules
  }

  /**
   * The thumbprint of the key; undefined where no proof came.
   *
   * @throws {RefusedGrant} `invalid_dpop_proof`
   */
  async thumbprintOf({ headers }: ReceivedRequest): Promise<string | undefined> {
    const proof = headers['dpop']
    if (proof === undefined) return undefined
    const { tokenEndpoint, clock } = this.#rules
    const invalid = () => new RefusedGrant('invalid_dpop_proof', 'the DPoP proof is not valid')
    const jwk = typeof proof === 'string' ? embeddedKey(proof) : undefined
    if (jwk === undefined) throw invalid()
    const { htm, htu, jti } = await verifiedClaims(String(proof), jwk, {
      typ: 'dpop+jwt',
      requiredClaims: ['jti', 'iat'],
      maxTokenAge: toleranceSeconds,
      clockTolerance: toleranceSeconds,
      clock,
    }).catch(() => {
      throw invalid()
    })
    if (htm !== 'POST' || htu !== tokenEndpoint || this.#usedIds.has(String(jti))) throw invalid()
    this.#usedIds.add(String(jti))
    const { calculateJwkThumbprint } = await import('jose/jwk/thumbprint')
    return calculateJwkThumbprint(jwk)
  }
}

/** Section 4.2: a public key in the header. */
function embeddedKey(proof: string): JWK | undefined {
  const [header = ''] = proof.split('.')
  const { jwk } = jsonObject(Buffer.from(header, 'base64url').toString('utf8')) ?? {}
  const members = Object(jwk) as JWK
  return typeof members.kty === 'string' ? members : undefined
}
