/**
 * The clients that a server of the kit knows, and the proof of identity that it asks of them: secret
 * by Basic or in the form, or an assertion signed by the client's own key. One method a request, as
 * RFC 6749 section 2.3 has it. What it answers names the mistake and never the secret.
 */
import { Buffer } from 'node:buffer'
import type { Clock } from '../clock.ts'
import { claimedSubject, verifiedClaims } from './jwt-check.ts'
import type { PublicJwk } from './public-jwk.ts'
import type { ReceivedRequest } from './received-request.ts'
import { RefusedGrant } from './refused-grant.ts'

/** A client that a server of the kit knows: by its secret, its public key, or either. */
export interface TestClient {
  readonly secret?: string | undefined
  /** A public JWK: `private_key_jwt` (RFC 7523) is then accepted. */
  readonly publicKey?: PublicJwk | undefined
}

export interface ClientRules {
  /** `'any'`: whoever comes is believed. */
  readonly clients: ReadonlyMap<string, TestClient> | 'any'
  /** What an assertion may be addressed to: the issuer, and the token endpoint. */
  readonly audiences: readonly string[]
  readonly clock: Clock
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export class RegisteredClients {
  readonly #rules: ClientRules
  readonly #usedIds = new Set<string>()

  constructor(rules: ClientRules) {
    this.#rules = rules
  }

  /** The client's id. @throws {RefusedGrant} */
  async identify(request: ReceivedRequest): Promise<string> {
    const { form, headers } = request
    const basic = basicCredentials(headers.authorization)
    const named = form.get('client_id') ?? undefined
    if (this.#rules.clients === 'any') return basic?.id ?? named ?? 'anybody'
    const assertion = form.get('client_assertion')
    const secret = form.get('client_secret')
    const methods = [basic, assertion, secret].filter(
      (proof) => proof !== undefined && proof !== null,
    )
    if (methods.length > 1) {
      throw new RefusedGrant('invalid_request', 'more than one client authentication method')
    }
    if (assertion !== null) {
      if (form.get('client_assertion_type') !== assertionType) {
        throw new RefusedGrant('invalid_request', `client_assertion_type is not ${assertionType}`)
      }
      return this.#byAssertion(assertion, named)
    }
    if (basic !== undefined) return this.#bySecret(basic.id, basic.secrets)
    if (secret !== null && named !== undefined) return this.#bySecret(named, [secret])
    throw new RefusedGrant('invalid_client', 'no client authentication')
  }

  #client(id: string): TestClient {
    const { clients } = this.#rules
    const client = clients === 'any' ? {} : clients.get(id)
    if (client === undefined) throw new RefusedGrant('invalid_client', 'unknown client')
    return client
  }

  #bySecret(id: string, secrets: readonly string[]): string {
    const { secret } = this.#client(id)
    if (secret === undefined) throw new RefusedGrant('invalid_client', 'this client has no secret')
    if (secrets.includes(secret)) return id
    throw new RefusedGrant('invalid_client', 'wrong client secret')
  }

  async #byAssertion(assertion: string, named: string | undefined): Promise<string> {
    const { audiences, clock } = this.#rules
    const id = await claimedSubject(assertion)
    if (id === undefined || (named !== undefined && named !== id)) {
      throw new RefusedGrant('invalid_client', 'the assertion is not of this client')
    }
    const { publicKey } = this.#client(id)
    if (publicKey === undefined) throw new RefusedGrant('invalid_client', 'this client has no key')
    const { jti } = await verifiedClaims(assertion, publicKey, {
      ...{ issuer: id, subject: id, audience: [...audiences], clock },
      requiredClaims: ['exp', 'jti'],
    }).catch(() => {
      throw new RefusedGrant('invalid_client', 'the assertion is not valid')
    })
    // Section 3 of RFC 7523: an assertion is for one use.
    const used = `${id} ${jti ?? ''}`
    if (this.#usedIds.has(used)) throw new RefusedGrant('invalid_client', 'assertion used before')
    this.#usedIds.add(used)
    return id
  }
}

/** RFC 6749 section 2.3.1 encodes both halves before they are joined; many clients do not. */
function basicCredentials(header: string | undefined) {
  const text = /^basic +([\w+/=-]+)$/i.exec(header ?? '')?.[1]
  if (text === undefined) return undefined
  const pair = Buffer.from(text, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) return undefined
  const secret = pair.slice(colon + 1)
  return { id: formDecoded(pair.slice(0, colon)), secrets: [secret, formDecoded(secret)] }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
