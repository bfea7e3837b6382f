/**
 * Takes a signed JWT (RFC 7515 section 7.1) apart without believing it: three parts, canonical
 * base64url, UTF-8, two JSON objects, within a size. Nothing is verified here. Pure.
 */
import { Buffer } from 'node:buffer'
import { jsonObject } from '../json-object.ts'

/** A JSON object's own members. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface CompactToken {
  readonly header: JsonObject
  readonly payload: JsonObject
}

/** A token that could be taken apart, or what is wrong with it. */
export type ParsedCompact =
  | { readonly token: CompactToken; readonly problem?: undefined }
  | { readonly token?: undefined; readonly problem: string }

/** Longer than any header line that Node accepts by default. */
export const longestTokenChars = 16_384

export function parseCompact(text: unknown): ParsedCompact {
  if (typeof text !== 'string') return { problem: `is not a string, but of type ${typeof text}` }
  if (text.length > longestTokenChars) {
    return { problem: `has ${text.length} characters; at most ${longestTokenChars} are read` }
  }
  const parts = text.split('.')
  if (parts.length === 5) return { problem: 'is encrypted (a JWE); only signed JWTs are read' }
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined) {
    return { problem: `has ${parts.length} parts, not the 3 of a signed JWT; is it opaque?` }
  }
  if (signature === undefined || bytesOf(signature) === undefined) {
    return { problem: 'has no signature in base64url' }
  }
  const headerMembers = objectOf(header)
  if (headerMembers === undefined) return { problem: 'has a header that is not a JSON object' }
  const payloadMembers = objectOf(payload)
  if (payloadMembers === undefined) return { problem: 'has claims that are not a JSON object' }
  return { token: { header: headerMembers, payload: payloadMembers } }
}

function objectOf(part: string): JsonObject | undefined {
  const bytes = bytesOf(part)
  if (bytes === undefined) return undefined
  try {
    return jsonObject(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Only the one spelling of these bytes: two texts of one token would be two tokens to a list. */
function bytesOf(part: string): Buffer | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}
