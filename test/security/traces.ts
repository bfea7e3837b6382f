/** Looks for what must not be found: in everything that could print, copy or log a value. */
import { inspect } from 'node:util'
import { expect } from 'vitest'

/** Every way in which a logger, a debugger or a crash reporter would print a value. */
export function printed(value: unknown): string {
  const everything = { depth: Infinity, maxStringLength: null, maxArrayLength: null }
  const texts = [
    inspect(value, { ...everything, showHidden: true, getters: true }),
    inspect(value, { ...everything, showHidden: true, customInspect: false }),
    inspect({ ...Object(value) } as unknown, everything),
    String(value),
    JSON.stringify(value),
  ]
  if (value instanceof Error) texts.push(value.message, value.stack ?? '', printed(value.cause))
  return texts.join('\n')
}

/** A secret as it is and as it travels. */
export function spellingsOf(clientId: string, secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`${clientId}:${secret}`).toString('base64'),
    Buffer.from(`${clientId}:${encodeURIComponent(secret)}`).toString('base64'),
  ]
}

/** Fails with the text that was found, and with what stands before it. */
export function expectNone(haystack: string, needles: readonly string[]): void {
  for (const needle of needles) {
    const at = haystack.indexOf(needle)
    expect(at < 0 ? undefined : haystack.slice(Math.max(0, at - 200), at + needle.length)).toBe(
      undefined,
    )
  }
}
