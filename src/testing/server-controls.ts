/**
 * What a test may do with an authorization server of the kit, whichever door it has: look at what
 * arrived, script what is answered, ask what a token is good for. Types alone.
 */
import type { Clock } from '../clock.ts'
import type { TokenDemand } from './issued-tokens.ts'
import type { ReceivedRequest } from './received-request.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'

/** To be spread into `new TokenManager({ ...server.options })`. */
export interface TestServerOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/** An authorization server in the hands of a test. */
export interface ServerControls {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  /** `issuer`, `clientId` and `clientSecret`, to be spread into the options of a `TokenManager`. */
  readonly options: TestServerOptions
  readonly tokenFormat: 'jwt' | 'opaque'
  /** What the times in its tokens are read from. */
  readonly clock: Clock
  /** Every token request, in order of arrival, whatever it was answered. */
  readonly requests: readonly ReceivedRequest[]
  /** The tokens issued so far, newest last. */
  readonly issued: readonly string[]
  /** Seconds that tokens issued from now on live. */
  lifetimeSeconds: number
  /** What discovery says. May be replaced; undefined answers 404. */
  metadata: Readonly<Record<string, unknown>> | undefined
  /**
   * Answers the next token requests with these, one each, then goes on as a healthy server. An
   * `Error` drops the connection; without a network, fetch rejects with that very error.
   *
   * @throws {ConfigurationError} `configuration_invalid`, naming the field that is wrong.
   */
  answerNext(...answers: readonly (ScriptedAnswer | Error)[]): void
  /** Answers all token requests so, after those of `answerNext`; undefined is healthy again. */
  always(answer: ScriptedAnswer | undefined): void
  /** Holds back the answers to token requests that arrive from now on, until the function is called. */
  hold(): () => void
  /** From now on this token is good for nothing. Whether it was. */
  revoke(token: string): boolean
  /**
   * Whether a resource should accept the token: issued here, alive, not revoked, and good for this.
   *
   * @throws {ConfigurationError} `configuration_invalid`: the demand names what is not known.
   */
  accepts(token: string, demand?: TokenDemand): boolean
  /** Whether `revoke` was called for it. */
  isRevoked(token: string): boolean
  /**
   * Signs from now on with a new key, and publishes the old one no more. Verifiers find out when they
   * next look: those of this package with the first new token, and again after 30 seconds.
   */
  rotateKeys(): void
}
