/** Checks the options of one `getToken` call; a misspelt one would silently do nothing. Pure. */
import { FieldReader } from '../field-reader.ts'

const names = ['signal', 'minValidityMs', 'forceRenewal'] as const

/** @throws {ConfigurationError} `request_invalid` */
export function parseGetTokenOptions(options: unknown): void {
  const fields = new FieldReader(options, names, {
    what: 'getToken option',
    code: 'request_invalid',
    plain: true,
  })
  fields.boolean('forceRenewal', false)
  fields.number('minValidityMs', 0, { min: 0, max: Number.MAX_SAFE_INTEGER })
  const signal = fields.unknown('signal')
  if (signal === undefined) return
  const { aborted, addEventListener } = Object(signal) as Partial<AbortSignal>
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    throw fields.refusal('signal', 'must be an AbortSignal')
  }
}
