/**
 * Sends the requests of an examination and writes down what came back: each is announced before it is
 * sent, there are few, and no redirect is followed. What is written down never leaves the doctor whole.
 */
import { boundedText } from '../../bounded-body.ts'
import type { Clock } from '../../clock.ts'
import { jsonObject } from '../../json-object.ts'
import { withTimeLimit } from '../../time-limit.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import type { FetchFunction } from '../../wire/token-endpoint.ts'
import { pageTitle } from './plain-text.ts'
import { SentSecrets } from './sent-secrets.ts'

/** One request, and how it ended. */
export interface Exchange {
  readonly purpose: string
  readonly method: string
  readonly url: URL
  /** Epoch milliseconds by this machine's clock. */
  readonly sentAtMs: number
  readonly receivedAtMs: number
  /** Audience, resource or target in a token request: what the server was told. */
  readonly recipients: readonly string[]
  readonly answer?: Answer | undefined
  readonly failure?: Failure | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Empty where it is longer than 1 MiB. */
  readonly body: string
  /** Of a page; nothing that was sent as a secret is in it. */
  readonly title?: string | undefined
}

export interface Failure {
  /** The system's own, e.g. `ECONNREFUSED`; undefined where it gave none. */
  readonly code: string | undefined
  readonly message: string
}

export interface ProbeParts {
  readonly fetch: () => FetchFunction
  readonly clock: Clock
  readonly announce: (line: string) => Promise<unknown>
}

/** An examination that needs more than this runs in circles. */
const mostRequests = 12
const timeLimitMs = 5_000
/** A title comes early; the rest of a page is not worth the work. */
const longestPage = 100_000

export class Probe {
  readonly exchanges: Exchange[] = []
  /** What was sent and may not be printed. */
  readonly secrets = new SentSecrets()
  readonly #parts: ProbeParts
  #sent = 0

  constructor(parts: ProbeParts) {
    this.#parts = parts
  }

  get clock(): Clock {
    return this.#parts.clock
  }

  async get(
    url: URL,
    purpose: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Exchange> {
    const onTimeout = () =>
      Object.assign(new Error(`no answer within ${timeLimitMs} ms`), { code: 'TIMEOUT' })
    const limit = { clock: this.clock, limitMs: timeLimitMs, onTimeout }
    const init = {
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
    } as const
    const at = this.exchanges.length
    await withTimeLimit(limit, (signal) =>
      this.fetchFor(purpose)(url.href, { ...init, signal }),
    ).catch(() => undefined)
    return this.exchanges[at] ?? pending(url, { purpose, method: 'GET', at: this.clock.now() })
  }

  /** A fetch for the library's own token requests. */
  fetchFor(purpose: string): FetchFunction {
    return async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const method = init?.method ?? 'GET'
      if (this.#sent >= mostRequests) throw new Error('the doctor sends no more requests')
      this.#sent += 1
      const at = this.clock.now()
      this.secrets.learn(new Headers(init?.headers), init?.body)
      const line = this.secrets.hiddenIn(`${method} ${endpointName(url)}  ${purpose}`)
      await this.#parts.announce(`${line}\n`)
      const recipients = recipientsIn(init?.body)
      const begun = { ...pending(url, { purpose, method, at }), recipients }
      const index = this.exchanges.push(begun) - 1
      const record = (end: Pick<Exchange, 'answer' | 'failure'>) => {
        this.exchanges[index] = { ...begun, receivedAtMs: this.clock.now(), ...end }
      }
      try {
        const response = await this.#parts.fetch()(input, init)
        const body = (await boundedText(response, init?.signal ?? undefined)) ?? ''
        const { status, headers } = response
        const title = pageTitle(this.secrets.hiddenIn(body.slice(0, longestPage)))
        const seen = this.#withoutSecrets(headers)
        record({ answer: { status, headers: seen, body, title }, failure: undefined })
        return new Response(body === '' ? null : body, { status, headers })
      } catch (error) {
        record({ failure: failureOf(error) })
        throw error
      }
    }
  }

  /** What is printed of headers is cut; a secret is taken out of the whole. */
  #withoutSecrets(headers: Headers): Headers {
    const clean = new Headers(headers)
    for (const name of ['location', 'www-authenticate']) {
      const text = headers.get(name)
      if (text !== null) clean.set(name, this.secrets.hiddenIn(text))
    }
    return clean
  }
}

/** What a request is until its answer comes; for one whose time is up it stays so. */
function pending(
  url: URL,
  {
    purpose,
    method,
    at,
  }: { readonly purpose: string; readonly method: string; readonly at: number },
): Exchange {
  const failure = { code: 'TIMEOUT', message: 'no answer in time' }
  return { purpose, method, url, sentAtMs: at, receivedAtMs: at, recipients: [], failure }
}

function recipientsIn(body: unknown): readonly string[] {
  if (typeof body !== 'string') return []
  const members = jsonObject(body)
  if (members !== undefined) {
    const told = [members['audience'], members['resource'], members['target']]
    return told.filter((text) => typeof text === 'string')
  }
  const form = new URLSearchParams(body)
  return [...form.getAll('audience'), ...form.getAll('resource')]
}

/** Node wraps the system's error, some of them twice. */
function failureOf(error: unknown): Failure {
  let found: Failure = { code: undefined, message: '' }
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined
    found = { code: code ?? found.code, message: at.message }
    if (code !== undefined) return found
  }
  return found
}
