/**
 * The world's authorization server, as a `fetch`: answers as the scenario says, in virtual time, and
 * keeps a record of every request and every token, which is the truth that answers are checked with.
 */
import { oddMembers } from './odd-members.ts'
import type { Answer, Stalling } from './scenario.ts'
import type { VirtualWorld } from './virtual-world.ts'

export interface IssuedToken {
  readonly text: string
  readonly key: string
  readonly lifetimeMs: number
  /** What the server advised, counted from the start. */
  readonly refreshInMs?: number | undefined
  /** When the request for it started, on both clocks. */
  readonly startedWall: number
  readonly startedAt: number
  /** When its answer left, on the monotonic clock. */
  readonly landedAt: number
  /** A text that was issued before. */
  readonly again: boolean
}

/** What the server knows that its answer means, told when it reaches a request that still wants it. */
export type Verdict =
  | { readonly kind: 'token'; readonly token: IssuedToken }
  | { readonly kind: 'transient' }
  /** Asked again, it would say the same. */
  | { readonly kind: 'refused' }
  /** The secret was the one before: the new one may be tried at once. */
  | { readonly kind: 'stale-secret'; readonly renewable: boolean }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'asked-to-wait'; readonly waitMs: number }

export interface Witness {
  requested(key: string): void
  answered(key: string, verdict: Verdict): void
  /** Whether this client would read the new secret now. */
  canReadSecret(client: string): boolean
}

interface Start {
  readonly key: string
  readonly startedAt: number
  readonly startedWall: number
}

const well: Answer = { kind: 'token', lifetimeSeconds: 600, latencyMs: 50 }

export class SimulatedServer {
  /** Tokens by text; one that was issued again has a record for each time. */
  readonly issued = new Map<string, readonly IssuedToken[]>()
  /** Requests that arrived, by client. */
  readonly requests = new Map<string, number>()
  /** The secret that a client must show. */
  readonly secrets = new Map<string, string>()
  healthy = false
  readonly #world: VirtualWorld
  readonly #answers: readonly Answer[]
  readonly #witness: Witness
  readonly #underWay = new Map<string, number>()
  readonly #last = new Map<string, IssuedToken>()
  #next = 0
  #count = 0

  constructor(world: VirtualWorld, answers: readonly Answer[], witness: Witness) {
    this.#world = world
    this.#answers = answers
    this.#witness = witness
  }

  /** Requests of one key that are under way at this moment. */
  underWay(key: string): number {
    return this.#underWay.get(key) ?? 0
  }

  readonly fetch = (init: TokenRequestInit): Promise<unknown> => {
    this.#world.spend()
    const { key, client, secret } = askerOf(init)
    const { at: startedAt, wall: startedWall } = this.#world
    const start = { key, startedAt, startedWall }
    this.requests.set(client, (this.requests.get(client) ?? 0) + 1)
    const leave = this.#enter(key, init.signal)
    this.#witness.requested(key)
    const answer = this.#choose()
    if (answer.kind === 'throws') {
      leave()
      this.#witness.answered(key, { kind: 'transient' })
      throw new TypeError('fetch failed at once')
    }
    const isStale = secret !== this.secrets.get(client)
    return new Promise((resolve, reject) => {
      const deaf = answer.kind === 'hangs' && answer.deaf
      if (!deaf)
        init.signal.addEventListener('abort', () => {
          reject(init.signal.reason as Error)
        })
      if (answer.kind === 'hangs') return
      this.#world.schedule(answer.latencyMs, () => {
        if (init.signal.aborted) return
        const tell = (verdict: Verdict) => {
          if (init.signal.aborted) return
          leave()
          this.#witness.answered(key, verdict)
        }
        if (answer.kind === 'reset') {
          tell({ kind: 'transient' })
          reject(new TypeError('terminated'))
        } else if (isStale) {
          tell({ kind: 'stale-secret', renewable: this.#witness.canReadSecret(client) })
          resolve(response(401, '{"error":"invalid_client"}'))
        } else resolve(this.#respond(answer, start, tell))
      })
    })
  }

  #choose(): Answer {
    if (this.healthy) return well
    const answer = this.#answers[this.#next % this.#answers.length]
    this.#next += 1
    return answer ?? well
  }

  #respond(
    answer: Exclude<Answer, { kind: 'throws' | 'hangs' | 'reset' }>,
    start: Start,
    tell: (verdict: Verdict) => void,
  ) {
    if (answer.kind === 'garbage') {
      tell({ kind: 'refused' })
      return response(200, answer.body)
    }
    if (answer.kind === 'refusal') {
      const transient = answer.status >= 500 || answer.status === 408 || answer.status === 425
      tell({ kind: transient ? 'transient' : 'refused' })
      return response(answer.status, '{"error":"refused"}')
    }
    if (answer.kind === 'busy') {
      const { status, retryAfterSeconds } = answer
      if (retryAfterSeconds < 0) {
        tell({ kind: status === 429 ? 'throttled' : 'transient' })
        return response(status, '')
      }
      const waitMs = Math.min(Math.max(retryAfterSeconds, 1), 3_600) * 1000
      tell({ kind: 'asked-to-wait', waitMs })
      return response(status, '', `${retryAfterSeconds}`)
    }
    if (answer.kind === 'odd-members') return this.#respondOddly(answer.oddity, start, tell)
    const token = this.#make(answer, start)
    const body = JSON.stringify({
      access_token: token.text,
      expires_in: token.lifetimeMs / 1000,
    })
    if (answer.kind === 'stalls') {
      return response(200, '', null, this.#trickle(body, { answer, token, tell }))
    }
    this.#issue(token, tell)
    return response(200, body)
  }

  #respondOddly(oddity: number, start: Start, tell: (verdict: Verdict) => void) {
    this.#count += 1
    const told = { text: `fake-${start.key}-${this.#count}`, wall: this.#world.wall }
    const { startedWall } = start
    const odd = oddMembers(oddity, { ...told, startedWall })
    const text = odd.members['access_token']
    if (odd.lifetimeMs === undefined || typeof text !== 'string') tell({ kind: 'refused' })
    else {
      const { lifetimeMs, refreshInMs } = odd
      const landedAt = this.#world.at
      this.#issue({ ...start, text, lifetimeMs, refreshInMs, landedAt, again: false }, tell)
    }
    return response(200, JSON.stringify(odd.members))
  }

  /** A token of its own, or the last one again with the life that is left of it. */
  #make(answer: Exclude<Answer, { kind: 'throws' | 'hangs' }>, start: Start): IssuedToken {
    const landedAt = this.#world.at
    const again = answer.kind === 'same-token' ? this.#lastOf(start.key) : undefined
    if (again !== undefined) {
      const lifetimeMs = this.#leftSeconds(again) * 1000
      return { ...start, text: again.text, lifetimeMs, landedAt, again: true }
    }
    this.#count += 1
    const lifetimeMs = 'lifetimeSeconds' in answer ? answer.lifetimeSeconds * 1000 : 0
    const text = `fake-${start.key}-${this.#count}`
    const token = { ...start, text, lifetimeMs, landedAt, again: false }
    this.#last.set(start.key, token)
    return token
  }

  #issue(token: IssuedToken, tell: (verdict: Verdict) => void): void {
    this.issued.set(token.text, [...(this.issued.get(token.text) ?? []), token])
    tell({ kind: 'token', token })
  }

  async *#trickle(
    body: string,
    part: {
      readonly answer: Stalling
      readonly token: IssuedToken
      readonly tell: (verdict: Verdict) => void
    },
  ): AsyncGenerator<Uint8Array> {
    const { answer, token, tell } = part
    const half = Math.floor(body.length / 2)
    yield Buffer.from(body.slice(0, half))
    await new Promise<void>((resolve) => {
      this.#world.schedule(answer.stallMs, resolve)
    })
    if (answer.end === 'reset') {
      tell({ kind: 'transient' })
      throw new TypeError('terminated')
    }
    if (answer.end === 'truncated') {
      tell({ kind: 'refused' })
      return
    }
    this.#issue({ ...token, landedAt: this.#world.at }, tell)
    yield Buffer.from(body.slice(half))
  }

  /** What a server hands out from its own cache, with the life that is left of it. */
  #lastOf(key: string): IssuedToken | undefined {
    const last = this.#last.get(key)
    return last !== undefined && this.#leftSeconds(last) >= 1 ? last : undefined
  }

  #leftSeconds({ startedAt, lifetimeMs }: IssuedToken): number {
    return Math.floor((startedAt + lifetimeMs - this.#world.at) / 1000)
  }

  /** A request that was given up is no longer under way, whether its fetch noticed or not. */
  #enter(key: string, signal: AbortSignal): () => void {
    this.#underWay.set(key, this.underWay(key) + 1)
    let inside = true
    const leave = () => {
      if (inside) this.#underWay.set(key, this.underWay(key) - 1)
      inside = false
    }
    signal.addEventListener('abort', leave)
    return leave
  }
}

interface TokenRequestInit {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** `client/audience`: two managers ask for the same audiences, and must not share a token. */
function askerOf({ body, headers }: TokenRequestInit) {
  const credentials = Buffer.from((headers['authorization'] ?? '').slice(6), 'base64').toString()
  const [client = '', secret = ''] = credentials.split(':')
  return { key: `${client}/${new URLSearchParams(body).get('audience') ?? ''}`, client, secret }
}

/** As much of a Response as is read: the real one would cost most of a run's time. */
function response(
  status: number,
  text: string,
  retryAfter: string | null = null,
  body: AsyncIterable<Uint8Array> | null = null,
) {
  const location = status >= 300 && status < 400 ? 'https://elsewhere.test/' : null
  const headers: Record<string, string | null> = { 'retry-after': retryAfter, location }
  return {
    status,
    ok: status >= 200 && status < 300,
    type: 'basic',
    headers: { get: (name: string) => headers[name] ?? null },
    body,
    text: () => Promise.resolve(text),
  }
}
