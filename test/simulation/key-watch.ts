/**
 * Watches one key of one client: every request, every answer, every message about it. Says when a
 * request was allowed by the pauses of section 5, as the server itself knows its answers.
 */
import { HeldModel } from './held-model.ts'
import type { IssuedToken, Verdict } from './simulated-server.ts'
import { unusableInMs } from './token-life.ts'
import type { VirtualWorld } from './virtual-world.ts'

export const acquireTimeoutMs = 10_000
/** After a forced call flights may overlap, and it is uncertain whose token and whose pause stays. */
const uncertainMs = 2 * acquireTimeoutMs

interface Pause {
  readonly until: number
  /** Also for callers who find nothing, although a token was held when it began. */
  readonly binding: boolean
}

interface Bounds {
  readonly least: number
  readonly most: number
}

export interface KeyWatchParts {
  readonly key: string
  readonly world: VirtualWorld
  readonly retries: number
  readonly broken: (what: string) => void
}

export class KeyWatch {
  readonly key: string
  readonly held: HeldModel
  isClosed = false
  /** Until when the server has asked to be left alone. */
  askedToWaitUntil = 0
  readonly #parts: KeyWatchParts
  readonly #world: VirtualWorld
  #forcedAt = -Infinity
  #demandedAt = -Infinity
  /** Requests of the acquisition that is under way. */
  #requests = 0
  #mostRequests = 0
  #staleSecrets = 0
  #leftIn = -1
  #arrivedIn = -1
  /** Whether something may have ended without a message since the last request. */
  #unclear = false
  #answer: { readonly at: number; readonly verdict: Verdict } | undefined
  /** A usable token that has left the server and has not been told of. */
  #arriving: IssuedToken | undefined
  #deserted = false
  #failures = 0
  #pause: Pause | undefined
  #cooledFor: Bounds | undefined
  #renewAfter = 0
  /** No failure and no repetition since the last token. */
  #calm = false
  #stoodStillAt = -Infinity
  #uncounted = false

  constructor(parts: KeyWatchParts) {
    this.#parts = parts
    this.key = parts.key
    this.#world = parts.world
    this.held = new HeldModel(parts.world)
  }

  get isCertain(): boolean {
    return this.#world.awake - this.#forcedAt > uncertainMs
  }

  get hasStoodStill(): boolean {
    return this.#world.awake - this.#stoodStillAt <= uncertainMs
  }

  get isAsking(): boolean {
    return this.#requests > 0
  }

  /** A forced call, or a clock that threw in the middle of something. */
  uncertain(): void {
    this.#forcedAt = this.#world.awake
    this.#unclear = true
    // What departed before the call goes on; in a pause that binds all, nothing has departed.
    if (this.#pause?.binding === false || this.#requests > 0) this.#pause = undefined
    this.held.forget()
  }

  /** Whether what was under way, seen or unseen, counts when it fails is for its clocks to say. */
  stoodStill(wasAsking: boolean): void {
    if (wasAsking) this.uncertain()
    this.#stoodStillAt = this.#world.awake
  }

  close(): void {
    this.isClosed = true
    this.held.forget()
  }

  /** A call that is not content with the token that is held. */
  demanded(): void {
    this.#demandedAt = this.#world.awake
  }

  /** The last caller has left the flight that it started. */
  deserted(): void {
    // What has landed before is nobody's flight any more.
    this.#deserted = this.isCertain && (this.#requests > 0 || this.#arriving !== undefined)
    this.#end()
  }

  /** Somebody left: a flight in the foreground may have ended, without a message. */
  left(): void {
    this.#requests = 0
    this.#leftIn = this.#world.turn
  }

  requested(): void {
    this.#deserted = false
    if (this.#unclear && this.isCertain) {
      this.#unclear = false
      this.#end()
    }
    this.#requests += 1
    if (this.#requests === 1) {
      this.#mostRequests = 1 + this.#parts.retries
      this.#staleSecrets = 0
    }
    if (!this.isCertain) this.#checkPause()
    else if (this.#requests > 1) this.#checkRetry()
    else {
      this.#checkPause()
      this.#checkRenewal()
    }
    this.#answer = undefined
  }

  answered(verdict: Verdict): void {
    this.#answer = { at: this.#world.at, verdict }
    if (verdict.kind === 'stale-secret') {
      this.#mostRequests += 1
      this.#staleSecrets += 1
    }
    if (verdict.kind === 'asked-to-wait') {
      this.askedToWaitUntil = Math.max(this.askedToWaitUntil, this.#world.at + verdict.waitMs)
    }
    if (verdict.kind !== 'token') return
    this.#arrivedIn = this.#world.turn
    if (unusableInMs(verdict.token, this.#world) > 0) this.#arriving = verdict.token
  }

  /** The library tells that a token has landed. */
  landed(): void {
    const token = this.#arriving
    if (this.#deserted) this.#parts.broken('a token landed for callers who had all left')
    if (token === undefined && this.isCertain) this.#parts.broken('a token landed out of nowhere')
    this.#end()
    this.#failures = 0
    this.#stoodStillAt = -Infinity
    this.#uncounted = false
    this.#pause = undefined
    this.#renewAfter = 0
    this.#calm = this.isCertain
    if (!this.isCertain || token === undefined) return
    const same = this.held.landed(token)
    if (token.again) this.#calm = false
    if (!same) return
    this.#renewAfter = this.#world.at + this.#renewalPauseMs(token)
  }

  /** The library tells that an acquisition has failed. */
  failed(tokenHeld: boolean): void {
    const held = this.held.mustAnswer()
    if (held !== undefined && !tokenHeld) this.#parts.broken(`failed as if ${held.text} were lost`)
    this.#checkSecret()
    const bounds = this.#pauseBounds()
    this.#failures += 1
    this.#calm = false
    // Whether it was counted decides about all pauses until the next token.
    if (this.hasStoodStill) this.#uncounted = true
    const isClear = this.isCertain && !this.#uncounted
    this.#cooledFor = isClear ? bounds.callers : undefined
    this.#pause = undefined
    this.#renewAfter = 0
    this.#end()
    if (!isClear) return
    const binding = !tokenHeld || bounds.binding
    this.#pause = { until: this.#world.at + bounds.callers.least, binding }
    if (held === undefined) return
    const renewalMs = Math.max(this.#renewalPauseMs(held), binding ? bounds.callers.least : 0)
    this.#renewAfter = this.#world.at + renewalMs
  }

  /** The library tells how long it will pause. */
  cooled(pauseMs: number): void {
    const { least, most } = this.#cooledFor ?? { least: 100, most: 3_600_000 }
    if (pauseMs < least - 1e-6 || pauseMs > most + 1e-6) {
      this.#parts.broken(`a pause of ${pauseMs} ms, not of ${least} to ${most}`)
    }
  }

  /** After everything that an answer decides: what arrived with it was not lost on the way. */
  settled(verdict: Verdict): void {
    if (verdict.kind !== 'token' || this.#arriving !== verdict.token) return
    this.#arriving = undefined
    const left = this.#leftIn >= this.#arrivedIn
    if (this.isCertain && !left) this.#parts.broken(`${verdict.token.text} was lost`)
  }

  /** After an answer from memory, with nothing in the way: a renewal that is due has started. */
  checkRenewalStarted(): void {
    if (!this.#calm || !this.isCertain || this.isAsking) return
    if (this.held.due() === 'certainly') this.#parts.broken('due, and no renewal was started')
  }

  #end(): void {
    this.#requests = 0
    this.#arriving = undefined
    this.#answer = undefined
  }

  #checkSecret(): void {
    const last = this.#answer?.verdict
    if (last?.kind !== 'stale-secret' || !last.renewable) return
    if (this.isCertain && this.#staleSecrets === 1) {
      this.#parts.broken('refused for a secret that was not read again')
    }
  }

  #checkRetry(): void {
    const { broken } = this.#parts
    const last = this.#answer
    if (this.#requests > this.#mostRequests) broken(`request ${this.#requests} of one acquisition`)
    if (last === undefined || last.verdict.kind === 'stale-secret') return
    if (last.verdict.kind !== 'transient') broken(`asked again although ${last.verdict.kind}`)
    else if (last.at === this.#world.at) broken('a retry without a delay')
  }

  #checkPause(): void {
    const pause = this.#pause
    const { at } = this.#world
    if (pause === undefined || at >= pause.until) return
    const wanted = this.held.mustAnswer() !== undefined || !this.isCertain
    const until = pause.binding ? pause.until : Math.min(pause.until, this.#renewAfter)
    if (!pause.binding && !wanted) return
    if (at < until - 1e-6) this.#parts.broken(`a request at ${at}, in a pause until ${until}`)
  }

  /** With a token held, only a renewal behind callers, or a call that wants more, may ask. */
  #checkRenewal(): void {
    const held = this.held.mustAnswer()
    const demanded = this.#world.awake - this.#demandedAt <= uncertainMs
    if (held === undefined || demanded) return
    const { at } = this.#world
    const { broken } = this.#parts
    if (at < this.#renewAfter - 1e-6) broken(`renewed at ${at}, not before ${this.#renewAfter}`)
    if (this.held.due() === 'not-yet') broken(`${held.text} was renewed before it was due`)
  }

  #renewalPauseMs(held: IssuedToken): number {
    return Math.max(1_000, Math.min(300_000, unusableInMs(held, this.#world) / 4))
  }

  /** For one more failure: what the server's last answer asks for, or the growing pause. */
  #pauseBounds(): { readonly callers: Bounds; readonly binding: boolean } {
    const last = this.#answer?.at === this.#world.at ? this.#answer.verdict : undefined
    const growingMs = Math.min(100 * 2 ** Math.min(this.#failures, 20), 10_000)
    if (last?.kind === 'asked-to-wait') {
      return { callers: { least: last.waitMs, most: last.waitMs }, binding: true }
    }
    if (last?.kind === 'refused' || last?.kind === 'stale-secret') {
      return { callers: { least: 1_000, most: 5_000 }, binding: true }
    }
    const least = last?.kind === 'throttled' ? Math.max(1_000, growingMs) : growingMs
    return { callers: { least, most: least }, binding: false }
  }
}
