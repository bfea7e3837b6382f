/**
 * The world's authorization server, as a `fetch`: answers as the scenario says, in virtual time, and
 * keeps a record of every request and every token, which is the truth that answers are checked with.
 */
import type { Answer } from './scenario.ts'
import type { VirtualWorld } from './virtual-world.ts'

export interface IssuedToken {
  readonly text: string
  readonly key: string
  readonly lifetimeMs: number
  /** When the request for it started, on both clocks. */
  readonly startedWall: number
  readonly startedAt: number
  /** When its answer left, on the monotonic clock. */
  readonly landedAt: number
}

export class SimulatedServer {
  /** Tokens by text; one that was issued again has a record for each time. */
  readonly issued = new Map<string, readonly IssuedToken[]>()
  /** Monotonic milliseconds of each request, by key. */
  readonly requests = new Map<string, number[]>()
  /** The most requests of one key that were under way at once. */
  readonly crowds = new Map<string, number>()
  healthy = false
  /** Tokens that were issued, the same text again included. */
  answers = 0
  /** Told of every request as it arrives. */
  onRequest: (key: string) => void = () => undefined
  /** Told of every token that leaves with a request that still wants it. */
  onIssued: (token: IssuedToken) => void = () => undefined
  readonly #world: VirtualWorld
  readonly #answers: readonly Answer[]
  readonly #underWay = new Map<string, number>()
  readonly #last = new Map<string, IssuedToken>()
  #next = 0
  #count = 0

  constructor(world: VirtualWorld, answers: readonly Answer[]) {
    this.#world = world
    this.#answers = answers
  }

  readonly fetch = (_url: string, init: TokenRequestInit): Promise<unknown> => {
    const key = keyOf(init)
    const { at: startedAt, wall: startedWall } = this.#world
    this.onRequest(key)
    this.requests.set(key, [...(this.requests.get(key) ?? []), startedAt])
    const answer = this.#choose()
    if (answer.kind === 'throws') throw new TypeError('fetch failed at once')
    this.#enter(key)
    const work = new Promise((resolve, reject) => {
      const deaf = answer.kind === 'hangs' && answer.deaf
      if (!deaf)
        init.signal.addEventListener('abort', () => {
          reject(init.signal.reason as Error)
        })
      if (answer.kind === 'hangs') return
      this.#world.schedule(answer.latencyMs, () => {
        if (answer.kind === 'reset') reject(new TypeError('terminated'))
        else if (!init.signal.aborted)
          resolve(this.#respond(answer, { key, startedAt, startedWall }))
      })
    })
    // A request that was given up is no longer under way, whether its fetch noticed or not.
    const left = new Promise((resolve) => {
      init.signal.addEventListener('abort', resolve)
    })
    void Promise.race([work.catch(() => undefined), left]).then(() => {
      this.#leave(key)
    })
    return work
  }

  #choose(): Answer {
    if (this.healthy) return { kind: 'token', lifetimeSeconds: 600, latencyMs: 50 }
    const answer = this.#answers[this.#next % this.#answers.length]
    this.#next += 1
    return answer ?? { kind: 'token', lifetimeSeconds: 600, latencyMs: 50 }
  }

  #respond(
    answer: Exclude<Answer, { kind: 'throws' | 'hangs' }>,
    start: { key: string; startedAt: number; startedWall: number },
  ) {
    if (answer.kind === 'garbage') return response(200, answer.body)
    if (answer.kind === 'refusal') return response(answer.status, '{"error":"refused"}')
    if (answer.kind === 'busy') {
      const advised = answer.retryAfterSeconds >= 0
      return response(answer.status, '', advised ? `${answer.retryAfterSeconds}` : null)
    }
    if (answer.kind === 'dead-token') {
      return response(200, JSON.stringify({ access_token: 'fake-dead', expires_in: 0 }))
    }
    if (answer.kind === 'reset') throw new Error('a reset has no answer')
    const again = answer.kind === 'same-token' ? this.#lastOf(start.key) : undefined
    this.#count += again === undefined ? 1 : 0
    const fresh = { ...start, lifetimeMs: answer.lifetimeSeconds * 1000 }
    const told =
      again === undefined
        ? { ...fresh, text: `fake-${start.key}-${this.#count}` }
        : { ...start, text: again.text, lifetimeMs: this.#leftSeconds(again) * 1000 }
    const token = { ...told, landedAt: this.#world.at }
    if (again === undefined) this.#last.set(start.key, token)
    this.issued.set(token.text, [...(this.issued.get(token.text) ?? []), token])
    this.answers += 1
    this.onIssued(token)
    const expiresIn = token.lifetimeMs / 1000
    return response(200, JSON.stringify({ access_token: token.text, expires_in: expiresIn }))
  }

  /** What a server hands out from its own cache, with the life that is left of it. */
  #lastOf(key: string): IssuedToken | undefined {
    const last = this.#last.get(key)
    return last !== undefined && this.#leftSeconds(last) >= 1 ? last : undefined
  }

  #leftSeconds({ startedAt, lifetimeMs }: IssuedToken): number {
    return Math.floor((startedAt + lifetimeMs - this.#world.at) / 1000)
  }

  #enter(key: string): void {
    const count = (this.#underWay.get(key) ?? 0) + 1
    this.#underWay.set(key, count)
    this.crowds.set(key, Math.max(count, this.crowds.get(key) ?? 0))
  }

  #leave(key: string): void {
    this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1)
  }
}

interface TokenRequestInit {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** `client/audience`: two managers ask for the same audiences, and must not share a token. */
function keyOf({ body, headers }: TokenRequestInit): string {
  const credentials = Buffer.from((headers['authorization'] ?? '').slice(6), 'base64').toString()
  return `${credentials.split(':')[0] ?? ''}/${new URLSearchParams(body).get('audience') ?? ''}`
}

/** As much of a Response as is read: the real one would cost most of a run's time. */
function response(status: number, body: string, retryAfter: string | null = null) {
  const location = status >= 300 && status < 400 ? 'https://elsewhere.test/' : null
  const headers: Record<string, string | null> = { 'retry-after': retryAfter, location }
  return {
    status,
    ok: status >= 200 && status < 300,
    type: 'basic',
    headers: { get: (name: string) => headers[name] ?? null },
    body: null,
    text: () => Promise.resolve(body),
  }
}
