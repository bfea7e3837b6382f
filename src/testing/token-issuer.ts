/**
 * What a healthy authorization server does with a token request: checks who asks and for what, and
 * issues a token that it remembers (RFC 6749 section 4.4, RFC 9068). A refusal names the mistake.
 */
import { BoundKeys } from './bound-key.ts'
import { IssuedTokens } from './issued-tokens.ts'
import { newId } from './new-id.ts'
import type { ReceivedRequest } from './received-request.ts'
import { RefusedGrant } from './refused-grant.ts'
import { RegisteredClients } from './registered-clients.ts'
import { jsonReply } from './scripted-answer.ts'
import type { Reply } from './scripted-answer.ts'
import type { ResolvedServerOptions } from './server-options.ts'
import { SigningKeys } from './signing-keys.ts'
import { checkForm, grantFor } from './token-grant.ts'
import type { Granted } from './token-grant.ts'

type Members = Readonly<Record<string, unknown>>

/** What is written into a token; times in milliseconds. */
interface TokenFacts extends Granted {
  readonly clientId: string
  readonly issuedAt: number
  readonly expiresAt: number
  /** Thumbprint of the key that it is bound to. */
  readonly jkt: string | undefined
}

export class TokenIssuer {
  readonly tokens: IssuedTokens
  readonly keys = new SigningKeys()
  lifetimeSeconds: number
  readonly #issuer: string
  readonly #settings: ResolvedServerOptions
  readonly #clients: RegisteredClients
  readonly #boundKeys: BoundKeys

  constructor(
    { issuer, tokenEndpoint }: { readonly issuer: string; readonly tokenEndpoint: string },
    settings: ResolvedServerOptions,
  ) {
    const { clients, clock, lifetimeSeconds } = settings
    this.lifetimeSeconds = lifetimeSeconds
    this.tokens = new IssuedTokens(clock)
    this.#issuer = issuer
    this.#settings = settings
    this.#clients = new RegisteredClients({ clients, audiences: [issuer, tokenEndpoint], clock })
    this.#boundKeys = new BoundKeys({ tokenEndpoint, clock })
  }

  /** A token, or the refusal that the request deserves; `members` are put on top of the former. */
  async answer(request: ReceivedRequest, members: Members): Promise<Reply> {
    try {
      return jsonReply(200, { ...(await this.#grant(request)), ...members })
    } catch (error) {
      if (!(error instanceof RefusedGrant)) throw error
      const { oauthError, status, message } = error
      // Section 5.2: whoever tried by this header is told by its counterpart.
      const byHeader = status === 401 && request.headers.authorization !== undefined
      const headers = byHeader ? { 'www-authenticate': 'Basic realm="token endpoint"' } : {}
      return jsonReply(status, { error: oauthError, error_description: message }, headers)
    }
  }

  async #grant(request: ReceivedRequest): Promise<Members> {
    const { rights, clock } = this.#settings
    checkForm(request)
    const clientId = await this.#clients.identify(request)
    const granted = grantFor(request, { rights, standardAudience: this.#issuer })
    const jkt = await this.#boundKeys.thumbprintOf(request)
    const { lifetimeSeconds } = this
    const issuedAt = clock.now()
    const expiresAt = issuedAt + lifetimeSeconds * 1000
    const text = await this.#text({ ...granted, clientId, issuedAt, expiresAt, jkt })
    this.tokens.add(text, { ...granted, clientId, expiresAt })
    const answer = {
      access_token: text,
      token_type: jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: lifetimeSeconds,
    }
    const scope = granted.scopes.join(' ')
    return scope === '' ? answer : { ...answer, scope }
  }

  #text(token: TokenFacts): string | Promise<string> {
    const { audiences, scopes, clientId, issuedAt, expiresAt, jkt } = token
    if (this.#settings.tokenFormat === 'opaque') {
      return `fake-token-${this.tokens.texts.length + 1}-${newId()}`
    }
    return this.keys.sign({
      iss: this.#issuer,
      aud: audiences.length === 1 ? audiences[0] : audiences,
      sub: clientId,
      client_id: clientId,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      iat: Math.floor(issuedAt / 1000),
      exp: Math.floor(expiresAt / 1000),
      jti: newId(),
      // RFC 9449 section 6.1.
      ...(jkt === undefined ? {} : { cnf: { jkt } }),
    })
  }
}
