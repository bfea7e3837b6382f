/**
 * What a test tells a server to say instead of what it would say: read strictly, because a fault
 * that is misspelt would be no fault, and the test green. Pure.
 */
import { FieldReader, isPlainObject, kind } from '../field-reader.ts'

/**
 * One scripted answer of a token endpoint. What is left out is what a healthy server would do: with
 * `delayMs` alone it is a good token, late.
 */
export interface ScriptedAnswer {
  /**
   * HTTP status, 200 to 599; alone, of an empty answer. Default: 200; with `error` 400, and 401 for
   * `invalid_client`. Not with `members` or `drop`.
   */
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** An object is sent as JSON, a string as it is. */
  readonly body?: string | Readonly<Record<string, unknown>> | undefined
  /** An error code of RFC 6749 section 5.2, as JSON. Not with `body`. */
  readonly error?: string | undefined
  /** Words for `error`. */
  readonly errorDescription?: string | undefined
  /** Changes members of a healthy answer; `undefined` takes one out. Not with `body` or `error`. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
  /** A page for people, as a proxy in between sends it. Not with `body`, `error` or `members`. */
  readonly html?: boolean | undefined
  /** `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined
  /** Milliseconds on the server's clock before the answer is sent, up to 10 minutes. Default 0. */
  readonly delayMs?: number | undefined
  /** Closes the connection instead of answering. Not with any content. */
  readonly drop?: boolean | undefined
}

/** What goes on the wire. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A checked answer: fixed, or a healthy one with changed members. */
export interface ParsedAnswer {
  readonly delayMs: number
  readonly drop: boolean
  /** Undefined: what a healthy server would say. */
  readonly reply: Reply | undefined
  /** What is put on top of a healthy answer. */
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

const fieldNames = [
  ...['status', 'headers', 'body', 'error', 'errorDescription', 'members', 'html'],
  ...['retryAfterSeconds', 'delayMs', 'drop'],
]
/** What an answer is: one of these, or a status alone, or a good token. */
const contents = ['body', 'error', 'members', 'html', 'drop'] as const

/** @throws {ConfigurationError} `configuration_invalid`, naming the field. */
export function parseAnswer(answer: unknown): ParsedAnswer {
  const subject = { what: 'scripted answer field', code: 'configuration_invalid' } as const
  const fields = new FieldReader(answer, fieldNames, { ...subject, plain: true })
  refuseContradictions(fields)
  const headers = readHeaders(fields)
  return {
    delayMs: fields.number('delayMs', 0, { min: 0, max: 600_000 }),
    drop: fields.boolean('drop', false),
    reply: readReply(fields, headers),
    members: readMembers(fields),
    headers,
  }
}

/** Of two contents one would be passed over, and a test would wait for it in vain. */
function refuseContradictions(fields: FieldReader): void {
  const flags = [fields.boolean('html', false) && 'html', fields.boolean('drop', false) && 'drop']
  const isNamed = (name: string) =>
    name === 'html' || name === 'drop' ? flags.includes(name) : fields.unknown(name) !== undefined
  const named = contents.filter(isNamed)
  const [first = '', second] = named
  if (second !== undefined) throw fields.refusal(second, `cannot go with '${first}'`)
  if (first !== 'members' && first !== 'drop') return
  if (isNamed('status')) throw fields.refusal('status', `cannot go with '${first}'`)
}

function readReply(fields: FieldReader, headers: Readonly<Record<string, string>>) {
  const error = fields.text('error')
  const error_description = fields.text('errorDescription')
  if (error === undefined && error_description !== undefined) {
    throw fields.refusal('errorDescription', 'needs error')
  }
  const standard = error === undefined ? 200 : error === 'invalid_client' ? 401 : 400
  const asked = fields.number('status', undefined, { min: 200, max: 599, integer: true })
  const status = asked ?? standard
  if (error !== undefined) return jsonReply(status, { error, error_description }, headers)
  if (fields.boolean('html', false)) {
    const page = `<!doctype html><title>${status}</title><h1>This is not JSON</h1>`
    return { status, headers: { 'content-type': 'text/html', ...headers }, body: page }
  }
  const body = fields.unknown('body')
  if (isPlainObject(body)) return jsonReply(status, body, headers)
  if (body !== undefined && typeof body !== 'string') {
    throw fields.refusal('body', `must be a string or an object, not ${kind(body)}`)
  }
  if (body === undefined && asked === undefined) return undefined
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body: body ?? '' }
}

export function jsonReply(
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const standard = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status, headers: { ...standard, ...headers }, body: JSON.stringify(content) }
}

function readHeaders(fields: FieldReader): Readonly<Record<string, string>> {
  const value = fields.unknown('headers') ?? {}
  if (!isPlainObject(value)) throw fields.refusal('headers', 'must be an object of strings')
  const headers: [string, string][] = Object.entries(value).map(
    ([name, text]: [string, unknown]) => {
      if (typeof text === 'string' && isLegalHeader(name, text)) return [name.toLowerCase(), text]
      throw fields.refusal('headers', `has '${name.slice(0, 60)}', which no server could send`)
    },
  )
  const seconds = fields.number('retryAfterSeconds', undefined, { min: 0, max: 1e9, integer: true })
  if (seconds !== undefined) headers.push(['retry-after', String(seconds)])
  return Object.fromEntries(headers)
}

function isLegalHeader(name: string, text: string): boolean {
  try {
    return new Headers([[name, text]]).has(name)
  } catch {
    return false
  }
}

function readMembers(fields: FieldReader): Readonly<Record<string, unknown>> {
  const value = fields.unknown('members') ?? {}
  if (isPlainObject(value)) return { ...value }
  throw fields.refusal('members', `must be an object, not ${kind(value)}`)
}
