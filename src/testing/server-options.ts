/**
 * The options of an authorization server of the kit: types, documentation, and how they are read.
 * Unknown names are refused with the nearest right one: a misspelt option would make a test green
 * for the wrong reason.
 */
import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { FieldReader, isPlainObject, kind } from '../field-reader.ts'
import { newId } from './new-id.ts'
import type { TestClient } from './registered-clients.ts'
import { parseScopeList } from './scope-list.ts'

/** Options of a scripted authorization server; all have a default. */
export interface AuthorizationServerOptions {
  /** Seconds that tokens live, 0 to 315 360 000. Default 600. */
  readonly lifetimeSeconds?: number | undefined
  /** `'jwt'` (default): signed ES256 tokens as in RFC 9068. `'opaque'`: text that says nothing. */
  readonly tokenFormat?: 'jwt' | 'opaque' | undefined
  /** The client that `server.options` speaks of. Default `test-client`. */
  readonly clientId?: string | undefined
  /** Its secret. Default: an obvious fake, another one for each server. */
  readonly clientSecret?: string | undefined
  /** Further clients by their id, or `'any'`: whoever comes is believed. Default: none. */
  readonly clients?: Readonly<Record<string, TestClient>> | 'any' | undefined
  /**
   * Every audience (or `resource`) that may be asked for, with its scopes. Others are refused with
   * `invalid_target` and `invalid_scope`. Default: all are granted as asked.
   */
  readonly rights?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** For the times in tokens, and for `delayMs`. Default: the system's. */
  readonly clock?: Clock | undefined
}

export interface ResolvedServerOptions {
  readonly lifetimeSeconds: number
  readonly tokenFormat: 'jwt' | 'opaque'
  readonly clientId: string
  readonly clientSecret: string
  readonly clients: ReadonlyMap<string, TestClient> | 'any'
  readonly rights: ReadonlyMap<string, readonly string[]> | undefined
  readonly clock: Clock
}

export const serverOptionNames = [
  ...['lifetimeSeconds', 'tokenFormat', 'clientId', 'clientSecret', 'clients', 'rights', 'clock'],
] as const

export const lifetimeRange = { min: 0, max: 10 * 365 * 24 * 3600 }

/** @param standardFormat The format of tokens where none is named. */
export function readServerOptions(
  fields: FieldReader,
  standardFormat: 'jwt' | 'opaque' = 'jwt',
): ResolvedServerOptions {
  const clientId = fields.text('clientId') ?? 'test-client'
  const clientSecret = fields.text('clientSecret') ?? `fake-secret-${newId()}`
  return Object.freeze({
    lifetimeSeconds: fields.number('lifetimeSeconds', 600, lifetimeRange),
    tokenFormat: readFormat(fields, standardFormat),
    clientId,
    clientSecret,
    clients: readClients(fields, [clientId, { secret: clientSecret }]),
    rights: readRights(fields),
    clock: readClock(fields),
  })
}

function readFormat(fields: FieldReader, standard: string): 'jwt' | 'opaque' {
  const format = fields.text('tokenFormat') ?? standard
  if (format === 'jwt' || format === 'opaque') return format
  throw fields.refusal('tokenFormat', "must be 'jwt' or 'opaque'")
}

function readClients(fields: FieldReader, own: readonly [string, TestClient]) {
  const value = fields.unknown('clients') ?? {}
  if (value === 'any') return value
  if (!isPlainObject(value)) {
    throw fields.refusal('clients', `must be 'any' or an object by client id, not ${kind(value)}`)
  }
  const others = Object.entries(value).map(([id, client]) => [id, readClient(id, client)] as const)
  return new Map<string, TestClient>([own, ...others])
}

function readClient(id: string, client: unknown): TestClient {
  const fields = new FieldReader(client, ['secret', 'publicKey'], {
    what: 'client field',
    code: 'configuration_invalid',
    path: `clients.${id}.`,
    plain: true,
  })
  const secret = fields.text('secret')
  const publicKey = fields.unknown('publicKey')
  if (secret === undefined && publicKey === undefined) {
    throw fields.refusal('secret', 'is missing, and so is publicKey; a client needs one of them')
  }
  if (publicKey === undefined) return { secret }
  if (!isPlainObject(publicKey) || 'd' in Object(publicKey)) {
    throw fields.refusal('publicKey', 'must be a public JWK')
  }
  return { secret, publicKey: Object(publicKey) as TestClient['publicKey'] }
}

function readRights(fields: FieldReader): ReadonlyMap<string, readonly string[]> | undefined {
  const value = fields.unknown('rights')
  if (value === undefined) return undefined
  if (!isPlainObject(value)) {
    throw fields.refusal('rights', `must be an object by audience, not ${kind(value)}`)
  }
  return new Map(
    Object.entries(value as object).map(([audience, scopes]: [string, unknown]) => {
      const list = parseScopeList(scopes)
      if (list !== undefined) return [audience, list]
      throw fields.refusal('rights', `has '${audience}', which must be text or an array of text`)
    }),
  )
}

function readClock(fields: FieldReader): Clock {
  const clock = fields.unknown('clock')
  if (clock === undefined) return systemClock
  const { now, after } = Object(clock) as Record<string, unknown>
  if (typeof now === 'function' && typeof after === 'function') return clock as Clock
  throw fields.refusal('clock', `must be a clock, such as manualClock(), not ${kind(clock)}`)
}
