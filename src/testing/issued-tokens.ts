/**
 * Every token that a server of the kit issued, and what it is good for. The answer to a resource
 * server's question; texts that were never issued are good for nothing.
 */
import type { Clock } from '../clock.ts'
import { FieldReader } from '../field-reader.ts'
import { parseScopeList } from './scope-list.ts'

/** What was granted with a token. */
export interface Grant {
  readonly clientId: string
  readonly audiences: readonly string[]
  readonly scopes: readonly string[]
  /** Milliseconds since the epoch, on the server's clock. */
  readonly expiresAt: number
}

/** What a resource asks of a token; what is left out is not asked. */
export interface TokenDemand {
  readonly audience?: string | undefined
  /** An array, or one text with spaces. */
  readonly scopes?: string | readonly string[] | undefined
}

export class IssuedTokens {
  readonly texts: string[] = []
  readonly #grants = new Map<string, Grant>()
  readonly #revoked = new Set<string>()
  readonly #clock: Clock
  #lastEndsAt = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(text: string, grant: Grant): void {
    this.texts.push(text)
    this.#grants.set(text, grant)
    this.#lastEndsAt = Math.max(this.#lastEndsAt, grant.expiresAt)
  }

  /** Milliseconds until no token that was issued is alive. */
  get remainingMs(): number {
    return Math.max(0, this.#lastEndsAt - this.#clock.now())
  }

  /** Whether it was issued here and not revoked before. */
  revoke(text: string): boolean {
    if (!this.#grants.has(text) || this.#revoked.has(text)) return false
    this.#revoked.add(text)
    return true
  }

  isRevoked(text: string): boolean {
    return this.#revoked.has(text)
  }

  /** @throws {ConfigurationError} `configuration_invalid`: the demand names what is not known. */
  accepts(text: string, demand: TokenDemand): boolean {
    const { audience, scopes } = readDemand(demand)
    const grant = this.#grants.get(text)
    if (grant === undefined || this.#revoked.has(text)) return false
    if (this.#clock.now() >= grant.expiresAt) return false
    if (audience !== undefined && !grant.audiences.includes(audience)) return false
    return scopes.every((scope) => grant.scopes.includes(scope))
  }
}

/** A misspelt demand would be none, and every token good enough. */
function readDemand(demand: TokenDemand) {
  const subject = { what: 'token demand', code: 'configuration_invalid' } as const
  const fields = new FieldReader(demand, ['audience', 'scopes'], { ...subject, plain: true })
  const scopes = parseScopeList(fields.unknown('scopes') ?? [])
  if (scopes === undefined) throw fields.refusal('scopes', 'must be text or an array of text')
  return { audience: fields.text('audience'), scopes }
}
