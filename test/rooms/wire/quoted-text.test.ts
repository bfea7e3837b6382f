import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { quote, safeCause } from '../../../src/wire/quoted-text.ts'

describe('a text from outside', () => {
  it.each<[unknown, readonly string[], string | undefined]>([
    ['plain', [], 'plain'],
    [7, [], undefined],
    ['', [], undefined],
    ['\u0000\u202e', [], undefined],
    ['two\r\nlines\tand\u0007 a bell', [], 'two lines and a bell'],
    ['right\u202eleft', [], 'rightleft'],
    ['my fake-secret here', ['fake-secret'], 'my [hidden] here'],
    ['fa\u0000ke-secret', ['fake-secret'], '[hidden]'],
    ['fake-secret-longer', ['fake-secret', 'fake-secret-longer'], '[hidden]'],
    ['nothing sent', [''], 'nothing sent'],
    ['x'.repeat(39), [], 'x'.repeat(39)],
    ['x'.repeat(40), [], '[hidden]'],
    ['see eyJhbGciOi.J9 there', [], 'see [hidden] there'],
    ['word '.repeat(100), [], `${'word '.repeat(40).slice(0, 199)}…`],
  ])('%j is shown as one harmless line', (text, secrets, expected) => {
    expect(quote(text, secrets)).toBe(expected)
  })
})

describe('a secret that a server repeats', () => {
  const secret = 'fäke/+"<&\'> s'

  it.each([
    ['as it is', secret],
    ['as a form has it', encodeURIComponent(secret)],
    ['with small escapes', encodeURIComponent(secret).replace(/%../g, (e) => e.toLowerCase())],
    ['with a plus for a space', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['encoded twice', encodeURIComponent(encodeURIComponent(secret))],
    ['as JSON has it', JSON.stringify(secret).slice(1, -1)],
    ['as JSON may have it', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['as HTML has it', "fäke/+&quot;&lt;&amp;'&gt; s"],
    ['as HTML may have it', 'fäke/+&quot;&lt;&amp;&#39;&gt; s'],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 without its end', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
  ])('%s is hidden whole', (_how, text) => {
    expect(quote(`you sent ${text} to us`, [secret])).toBe('you sent [hidden] to us')
  })

  it('leaves no half behind where reading stopped', () => {
    const long = `${' '.repeat(9_990)}fake-secret and more`
    expect(quote(long, ['fake-secret'])).toBeUndefined()
    const head = 'word '.repeat(30)
    expect(quote(`${head}${long.slice(head.length)}`, ['fake-secret'])).toMatch(
      /^word (word )*w?o?r?d?$/,
    )
  })
})

describe('an error from outside', () => {
  it('keeps name, message, code and cause, and loses what hangs on it', () => {
    const inner = Object.assign(new Error('connect fake-secret'), { code: 'ECONNREFUSED', port: 1 })
    const error = Object.assign(new TypeError('failed', { cause: inner }), {
      config: { headers: { authorization: 'fake-secret' } },
    })
    const safe = safeCause(error, ['fake-secret'])
    expect(safe).toMatchObject({ name: 'TypeError', message: 'failed' })
    expect(safe.cause).toMatchObject({ message: 'connect [hidden]', code: 'ECONNREFUSED' })
    expect(inspect(safe, { depth: Infinity, showHidden: true })).not.toContain('fake-secret')
    expect(safe).not.toHaveProperty('config')
  })

  it.each([undefined, null, 'text', 7, {}, { message: 7 }])('that is %o becomes one', (thrown) => {
    expect(safeCause(thrown, [])).toBeInstanceOf(Error)
  })

  it('that is its own cause ends', () => {
    const error = new Error('round')
    error.cause = error
    expect(inspect(safeCause(error, []), { depth: 10 }).match(/round/g)?.length).toBe(4)
  })
})
