/**
 * An authorization server without a door: a received request in, a reply out. HTTP, the in-process
 * fetch and msw are doors to this one, so that all three say the same. It opens no socket.
 */
import type { Clock } from '../clock.ts'
import { FieldReader } from '../field-reader.ts'
import { provideParts } from '../loaded-parts.ts'
import { AnswerScript } from './answer-script.ts'
import type { TokenDemand } from './issued-tokens.ts'
import type { ReceivedRequest } from './received-request.ts'
import { jsonReply } from './scripted-answer.ts'
import type { ParsedAnswer, Reply, ScriptedAnswer } from './scripted-answer.ts'
import type { ServerControls, TestServerOptions } from './server-controls.ts'
import { lifetimeRange } from './server-options.ts'
import type { ResolvedServerOptions } from './server-options.ts'
import { TokenIssuer } from './token-issuer.ts'

type Metadata = Readonly<Record<string, unknown>>

export class ScriptedServer implements ServerControls {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  readonly options: TestServerOptions
  readonly tokenFormat: 'jwt' | 'opaque'
  readonly clock: Clock
  readonly requests: ReceivedRequest[] = []
  /** The URLs that it answers at. */
  readonly urls: readonly string[]
  readonly #tokenIssuer: TokenIssuer
  readonly #script = new AnswerScript()
  readonly #wellKnown: readonly string[]
  /** Wherever the metadata ever sent clients. */
  readonly #tokenPaths = new Set<string>()
  #metadata: Metadata | undefined

  constructor(issuer: string, settings: ResolvedServerOptions) {
    // Tests with timers that stand still cannot wait for a file to be read.
    provideParts()
    const base = issuer.replace(/\/$/, '')
    const { origin, pathname } = new URL(base)
    const path = pathname.replace(/\/$/, '')
    this.issuer = issuer
    this.tokenEndpoint = `${base}/token`
    this.jwksUri = `${base}/jwks`
    const { clientId, clientSecret, tokenFormat, clock } = settings
    this.options = Object.freeze({ issuer, clientId, clientSecret })
    this.tokenFormat = tokenFormat
    this.clock = clock
    this.#wellKnown = [
      // RFC 8414 section 3.1 puts it before the path of the issuer, OpenID Discovery behind it.
      `/.well-known/oauth-authorization-server${path}`,
      `${path}/.well-known/openid-configuration`,
    ]
    const documents = this.#wellKnown.map((document) => `${origin}${document}`)
    this.urls = [...documents, this.jwksUri, this.tokenEndpoint]
    this.#tokenPaths.add(new URL(this.tokenEndpoint).pathname)
    this.#metadata = healthyMetadata(this)
    this.#tokenIssuer = new TokenIssuer(this, settings)
  }

  get issued(): readonly string[] {
    return this.#tokenIssuer.tokens.texts
  }

  /** Milliseconds until none of them is alive. */
  get remainingMs(): number {
    return this.#tokenIssuer.tokens.remainingMs
  }

  get metadata(): Metadata | undefined {
    return this.#metadata
  }

  set metadata(metadata: Metadata | undefined) {
    this.#metadata = metadata
    const { token_endpoint: published, mtls_endpoint_aliases: aliases } = metadata ?? {}
    const { token_endpoint: alias } = Object(aliases) as Metadata
    for (const url of [published, alias]) {
      const path = typeof url === 'string' ? URL.parse(url)?.pathname : undefined
      if (path !== undefined) this.#tokenPaths.add(path)
    }
  }

  get lifetimeSeconds(): number {
    return this.#tokenIssuer.lifetimeSeconds
  }

  set lifetimeSeconds(lifetimeSeconds: number) {
    const subject = { what: 'server property', code: 'configuration_invalid' } as const
    const fields = new FieldReader({ lifetimeSeconds }, ['lifetimeSeconds'], subject)
    this.#tokenIssuer.lifetimeSeconds = fields.number('lifetimeSeconds', 600, lifetimeRange)
  }

  answerNext(...answers: readonly (ScriptedAnswer | Error)[]): void {
    this.#script.next(answers)
  }

  always(answer: ScriptedAnswer | undefined): void {
    this.#script.always(answer)
  }

  hold(): () => void {
    return this.#script.hold()
  }

  revoke(token: string): boolean {
    return this.#tokenIssuer.tokens.revoke(token)
  }

  accepts(token: string, demand: TokenDemand = {}): boolean {
    return this.#tokenIssuer.tokens.accepts(token, demand)
  }

  isRevoked(token: string): boolean {
    return this.#tokenIssuer.tokens.isRevoked(token)
  }

  rotateKeys(): void {
    this.#tokenIssuer.keys.rotate()
  }

  /**
   * The reply, or undefined where the connection is to be dropped.
   *
   * @throws {Error} The very error that was scripted.
   */
  async handle(request: ReceivedRequest): Promise<Reply | undefined> {
    const path = request.path.replace(/[?#].*$/s, '')
    if (this.#wellKnown.includes(path)) {
      return this.metadata === undefined ? notFound() : jsonReply(200, this.metadata)
    }
    if (path === new URL(this.jwksUri).pathname) {
      return jsonReply(200, await this.#tokenIssuer.keys.published())
    }
    if (!this.#tokenPaths.has(path)) return notFound()
    this.requests.push(request)
    const { answer, released } = this.#script.take()
    if (answer instanceof Error) throw answer
    // Decided on arrival, as by a server that is slow to send.
    const reply = answer.drop ? undefined : await this.#decide(answer, request)
    await released
    if (answer.delayMs > 0) await this.#wait(answer.delayMs)
    return reply
  }

  async #decide(answer: ParsedAnswer, request: ReceivedRequest): Promise<Reply> {
    if (answer.reply !== undefined) return answer.reply
    const reply = await this.#tokenIssuer.answer(request, answer.members)
    return { ...reply, headers: { ...reply.headers, ...answer.headers } }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(delayMs, resolve)
    })
  }
}

function notFound(): Reply {
  return jsonReply(404, { error: 'not_found', error_description: 'nothing is served here' })
}

/** RFC 8414 section 2. */
function healthyMetadata({ issuer, tokenEndpoint, jwksUri }: ServerControls): Metadata {
  return {
    issuer,
    token_endpoint: tokenEndpoint,
    jwks_uri: jwksUri,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: [
      ...['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    ],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    dpop_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  }
}
