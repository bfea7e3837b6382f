/**
 * The keys that records are sealed with: 32 bytes each, read from what people keep them in. The
 * first seals, all open, so that a fleet can change to a new one while it runs.
 */
import { createHash } from 'node:crypto'
import { ConfigurationError } from '../errors.ts'
import { kind } from '../field-reader.ts'

/** 32 random bytes: as they are, or as base64, base64url or hexadecimal text. */
export type SealingKey = string | Uint8Array

export interface ReadKey {
  /** Tells it from the others, and nothing else: it stands beside what was sealed. */
  readonly id: string
  readonly bytes: Uint8Array
}

const howTo = 'make one with: openssl rand -base64 32'

export interface SealingKeys {
  /** The first. */
  readonly sealing: ReadKey
  readonly all: readonly ReadKey[]
}

/** @throws {ConfigurationError} `configuration_invalid`; never with a key, or a part of one. */
export function readKeys(key: unknown): SealingKeys {
  const keys = Array.isArray(key) ? (key as readonly unknown[]) : [key]
  const read = keys.map((one, index) => readKey(one, keys.length === 1 ? '' : ` ${index + 1}`))
  const [sealing] = read
  if (sealing === undefined) throw refusal(`is an empty list; ${howTo}`)
  if (new Set(read.map(({ id }) => id)).size < read.length) throw refusal('has the same key twice')
  return { sealing, all: read }
}

function readKey(key: unknown, which: string): ReadKey {
  if (key === undefined || key === '') {
    throw refusal(`${which} is missing (is its variable set?); ${howTo}`.trimStart())
  }
  const bytes = typeof key === 'string' ? decoded(key.trim()) : key
  if (!(bytes instanceof Uint8Array)) {
    throw refusal(`${which} must be 32 bytes or their text, not ${kind(key)}; ${howTo}`.trimStart())
  }
  if (bytes.length !== 32) {
    const length = `${which} is ${bytes.length} bytes long, and must be 32; ${howTo}`
    throw refusal(length.trimStart())
  }
  const id = createHash('sha256').update('m2m-tokens sealing key').update(bytes).digest('base64url')
  return { id: id.slice(0, 16), bytes: Uint8Array.from(bytes) }
}

function decoded(text: string): Uint8Array {
  const digits = /^(?:0x)?([0-9a-fA-F]{48,})$/.exec(text)?.[1]
  if (digits?.length === 64) return Buffer.from(digits, 'hex')
  if (digits !== undefined && digits.length > 44) {
    throw refusal(`has ${digits.length} hexadecimal digits, and must have 64; ${howTo}`)
  }
  const bytes = Buffer.from(text, 'base64')
  // A passphrase may look like base64; what is written back is told from what was meant.
  const plain = text.replace(/=+$/, '')
  const written = [bytes.toString('base64'), bytes.toString('base64url')]
  if (written.some((one) => one.replace(/=+$/, '') === plain)) return bytes
  throw refusal(`is neither base64 nor hexadecimal; ${howTo}`)
}

function refusal(problem: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `store option 'key' ${problem}`, {
    field: 'key',
  })
}
