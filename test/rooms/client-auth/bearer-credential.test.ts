import { writeFile } from 'node:fs/promises'
import { bearerCredential, ConfigurationError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'
import { context, fileWith, now } from './some-key.ts'

const inSeconds = (n: number) => some.jwt({ sub: 'm1', exp: now / 1000 + n })
const sent = async (method: ReturnType<typeof bearerCredential>) =>
  (await method.prove(context())).headers['authorization']

describe('a bearer credential', () => {
  it.each([
    ['a JWT', inSeconds(1)],
    ['a JWT without an end', some.jwt({ sub: 'm1' })],
    ['an opaque text', 'fake-credential.~+/='],
  ])('as %s goes into the header, and nowhere else', async (_kind, text) => {
    expect(await bearerCredential(text).prove(context())).toEqual({
      headers: { authorization: `Bearer ${text}` },
      parameters: [],
      secrets: [text],
    })
    expect(bearerCredential(text)).toMatchObject({ method: 'bearer_credential', rotates: false })
  })

  it('in a file is read again each time, without what stands after it', async () => {
    const file = await fileWith('fake-one\n')
    const method = bearerCredential({ file })
    expect(method.rotates).toBe(true)
    expect(await sent(method)).toBe('Bearer fake-one')
    await writeFile(file, 'fake-two \r\n')
    expect(await sent(method)).toBe('Bearer fake-two')
  })

  it.each<[string, string, RegExp]>([
    ['expired', inSeconds(-30), /expired 30 s ago; have a new one issued/],
    ['expires now', inSeconds(0), /expired 0 s ago/],
    ['holds a space', 'fake credential', /cannot stand in a header; is it the right text/],
    ['holds two lines', 'fake\nx: y', /cannot stand in a header/],
    ['is not ASCII', 'fäke-credential', /cannot stand in a header/],
    ['is blank', ' ', /cannot stand in a header/],
  ])('that %s is refused, and not repeated', async (_case, text, message) => {
    for (const source of [text, () => text]) {
      const error = (await rejectionOf(sent(bearerCredential(source)))) as Error
      expect(error).toMatchObject({ code: 'client_secret_unavailable', retryable: true })
      expect(error.message).toMatch(message)
      expect(error.message).not.toMatch(/eyJ|f[aä]ke/)
    }
  })

  it.each([undefined, '', 5, { path: 'x' }])('cannot be %j', (source) => {
    expect(() => bearerCredential(source as never)).toThrow(ConfigurationError)
  })
})
