/**
 * A manager that needs no network: a real `TokenManager` whose token requests are answered inside
 * the process, on a clock that a test moves. Whatever the library promises holds for it as well,
 * because nothing of it is imitated.
 */
import { systemClock } from '../clock.ts'
import { ConfigurationError } from '../errors.ts'
import { FieldReader, kind } from '../field-reader.ts'
import type { CommonOptions } from '../options.ts'
import { optionNames } from '../resolve-options.ts'
import { TokenManager } from '../token-manager.ts'
import { inProcessFetch } from './in-process-fetch.ts'
import { manualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'
import type { ReceivedRequest } from './received-request.ts'
import { parseAnswer } from './scripted-answer.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'
import { ScriptedServer } from './scripted-server.ts'
import type { ServerControls } from './server-controls.ts'
import { readServerOptions } from './server-options.ts'
import type { AuthorizationServerOptions } from './server-options.ts'

/** Options of `fakeTokens`: those of the server behind it, and those of a `TokenManager`. */
export interface FakeTokensOptions
  extends
    Partial<
      Omit<
        CommonOptions,
        'clientId' | 'provider' | 'discoverResources' | 'allowedIssuers' | 'clock'
      >
    >,
    Pick<AuthorizationServerOptions, 'lifetimeSeconds' | 'rights'> {
  /** Default `'opaque'`: texts such as `fake-token-1-…`. */
  readonly tokenFormat?: 'jwt' | 'opaque' | undefined
  /** Further attempts after a transient failure. Default 0: one fault, one failure. */
  readonly retries?: number | undefined
  /** What requests to resources go to. Default: `globalThis.fetch`, looked up at call time. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Default: one of its own that starts now, and then stands still until it is moved. */
  readonly clock?: ManualClock | undefined
}

interface FakeParts {
  readonly server: ScriptedServer
  readonly clock: ManualClock
  readonly next: () => typeof globalThis.fetch
  readonly options: Partial<CommonOptions>
}

/** A `TokenManager` in the hands of a test. */
export interface FakeTokens extends TokenManager {
  /** The authorization server behind it: `hold`, `always`, `lifetimeSeconds`, `accepts`, … */
  readonly server: ServerControls
  /** Its time: `clock.advance(ms)` moves it, and nothing else does. */
  readonly clock: ManualClock
  /** Every token request so far, in order. */
  readonly requests: readonly ReceivedRequest[]
  /** The tokens issued so far, newest last. */
  readonly issued: readonly string[]
  /**
   * Answers the next token requests with these, one each. An `Error` is what the request rejects
   * with, as if the network had failed. Where a usable token is held, callers go on with that.
   *
   * @throws {ConfigurationError} `configuration_invalid`: a field is wrong, or this is no failure.
   */
  failNext(...failures: readonly (ScriptedAnswer | Error)[]): void
  /** Moves the clock to where no token lives any more: the next call waits for a new one. */
  expire(): void
}

class FakeTokenManager extends TokenManager implements FakeTokens {
  readonly server: ServerControls
  readonly clock: ManualClock
  readonly #server: ScriptedServer

  constructor({ server, clock, next, options }: FakeParts) {
    const { clientId, clientSecret } = server.options
    super({
      // No dice: a retry comes at once, and a renewal when it is due.
      ...options,
      random: options.random ?? (() => 0),
      retries: options.retries ?? 0,
      tokenEndpoint: server.tokenEndpoint,
      clientId,
      clientSecret,
      clock,
      fetch: inProcessFetch(server, next),
    })
    this.server = server
    this.clock = clock
    this.#server = server
  }

  get requests(): readonly ReceivedRequest[] {
    return this.server.requests
  }

  get issued(): readonly string[] {
    return this.server.issued
  }

  failNext(...failures: readonly (ScriptedAnswer | Error)[]): void {
    for (const failure of failures) refuseSuccess(failure)
    this.server.answerNext(...failures)
  }

  expire(): void {
    this.clock.advance(this.#server.remainingMs)
  }
}

const ownNames = ['lifetimeSeconds', 'tokenFormat', 'rights', 'fetch', 'clock'] as const
/** A test that waits for a failure which is none would find a token. */
function refuseSuccess(failure: ScriptedAnswer | Error): void {
  if (failure instanceof Error) return
  const { reply, drop, members } = parseAnswer(failure)
  if (reply !== undefined || drop || Object.keys(members).length > 0) return
  const words = 'failNext was given a good answer; say what fails, or use server.answerNext'
  throw new ConfigurationError('configuration_invalid', words)
}

/** Who asks whom: the fake's own affair. */
const refusedNames: readonly string[] = [
  ...['issuer', 'tokenEndpoint', 'provider', 'clientId', 'clientSecret', 'clientAuthentication'],
  ...['discoverResources', 'allowedIssuers'],
]
const managerNames = optionNames.filter(
  (name) => !refusedNames.includes(name) && name !== 'fetch' && name !== 'clock',
)

/**
 * A manager for tests that needs no server and opens no socket. It is a `TokenManager`: it goes
 * wherever one goes, `attachBearer` and `bearerInterceptor` included, and keeps the same promises.
 *
 * Time stands still until `clock.advance(ms)`. After a failure the library pauses before it asks
 * again: a test that goes on moves the clock by 10 seconds, after which every pause has ended, or by
 * the `Retry-After` of the answer where that is longer.
 *
 * @throws {ConfigurationError} `configuration_invalid`: an option is unknown or wrong.
 * @example
 * ```ts
 * import { fakeTokens } from 'm2m-tokens/testing'
 *
 * await using tokens = fakeTokens({ lifetimeSeconds: 600 })
 * const first = await tokens.getToken('event', ['event.create'])
 * tokens.expire()
 * const second = await tokens.getToken('event', ['event.create'])
 * console.log(first.accessToken !== second.accessToken, tokens.requests.length) // true 2
 * ```
 */
export function fakeTokens(options: FakeTokensOptions = {}): FakeTokens {
  const subject = { what: 'fakeTokens option', code: 'configuration_invalid' } as const
  const fields = new FieldReader(options, [...ownNames, ...managerNames], {
    ...subject,
    plain: true,
  })
  const clock = readClock(fields)
  const settings = { ...readServerOptions(fields, 'opaque'), clock }
  const server = new ScriptedServer('https://auth.fake.test', settings)
  const own = managerNames.map((name) => [name, fields.unknown(name)])
  // The manager itself checks them, and says what is wrong.
  const managerOptions = Object.fromEntries(own) as Partial<CommonOptions>
  return new FakeTokenManager({ server, clock, next: readFetch(fields), options: managerOptions })
}

function readFetch(fields: FieldReader): () => typeof globalThis.fetch {
  const own = fields.unknown('fetch')
  if (own === undefined) return () => globalThis.fetch
  if (typeof own === 'function') return () => own as typeof globalThis.fetch
  throw fields.refusal('fetch', `must be a function, not ${kind(own)}`)
}

function readClock(fields: FieldReader): ManualClock {
  const clock = fields.unknown('clock')
  if (clock === undefined) return manualClock(systemClock.now())
  const { advance } = Object(clock) as Record<string, unknown>
  if (typeof advance === 'function') return clock as ManualClock
  throw fields.refusal('clock', `must be a manualClock() of this kit, not ${kind(clock)}`)
}
