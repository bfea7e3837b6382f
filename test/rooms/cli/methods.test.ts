/** Which ways of proving who we are the doctor tries, and what it says of secrets. */
import { describe, expect, it } from 'vitest'
import { oddities, otherEncoding, waysOf } from '../../../src/cli/doctor/methods.ts'
import { reportText } from '../../../src/cli/doctor/report.ts'
import { ok, problem, warning } from '../../../src/cli/doctor/finding.ts'
import { withWords } from '../../../src/cli/read-settings.ts'

describe('the ways of showing a secret', () => {
  const [basic, raw] = ['client_secret_basic', 'client_secret_basic_raw'] as const
  const [post, jwt] = ['client_secret_post', 'client_secret_jwt'] as const
  const none = { wanted: undefined, provider: undefined, listed: undefined }

  it.each([
    ['nothing is known', {}, basic, [post]],
    [
      'the metadata list all',
      { listed: [basic, post, jwt, 'private_key_jwt'] },
      basic,
      [post, jwt],
    ],
    ['the metadata list Post alone', { listed: [post] }, post, []],
    ['the metadata list no secret', { listed: ['private_key_jwt'] }, undefined, []],
    ['the configuration names one', { wanted: post, listed: [basic] }, post, [basic]],
    ['it names the signed one', { wanted: jwt }, jwt, [basic, post]],
    ['the vendor does not decode', { provider: { secretMethod: raw } }, raw, [post]],
    [
      'he does not, and Post is named',
      { wanted: post, provider: { secretMethod: raw } },
      post,
      [raw],
    ],
    ['the vendor takes one alone', { provider: { secretMethod: post, methods: [post] } }, post, []],
  ])('are, where %s, the configured one first', (_case, known, configured, others) => {
    expect(waysOf({ ...none, ...known })).toEqual({ configured, others })
  })

  it('have another encoding where the credentials have odd characters', () => {
    const encodingOf = (secret: string, clientId = 'a') =>
      otherEncoding(basic, { clientId, secret })
    expect(encodingOf('fake.secret-1_~')).toBeUndefined()
    expect(encodingOf('fake/secret')).toBe(raw)
    expect(encodingOf('fake', 'a b')).toBe(raw)
    // RFC 7617 section 2: the first colon ends the id.
    expect(encodingOf('fake/secret', 'a:b')).toBeUndefined()
    expect(otherEncoding(raw, { clientId: 'a', secret: 'fake/secret' })).toBe(basic)
    expect(otherEncoding(post, { clientId: 'a', secret: 'fake/secret' })).toBeUndefined()
  })
})

describe('a secret', () => {
  it.each([
    ['fake-secret', 0],
    ['"fake-secret"', 1],
    ["'fake-secret'", 1],
    ['fake-secret ', 1],
    ['fake\nsecret', 1],
    ['fake%2Fsecret', 1],
    ['${SECRET}', 1],
    ['<secret>', 1],
  ])('is odd, or not: %j', (secret, count) => {
    expect(oddities(secret)).toHaveLength(count)
    expect(oddities(secret).join()).not.toContain('fake')
  })
})

describe('what is typed', () => {
  const env = {
    M2M_ISSUER: 'https://a.example',
    M2M_CLIENT_SECRET: 'fake',
    M2M_CLIENT_AUTHENTICATION: 'client_secret_post',
    M2M_AUDIENCE: 'event',
  }

  it('goes before its variable, and leaves the others', () => {
    expect(withWords(env, { M2M_AUDIENCE: 'file' })).toEqual({ ...env, M2M_AUDIENCE: 'file' })
    expect(withWords(env, { M2M_AUDIENCE: undefined })).toEqual(env)
  })

  it('takes the place of what it cannot stand beside', () => {
    const endpoint = withWords(env, { M2M_TOKEN_ENDPOINT: 'https://b.example/token' })
    expect(endpoint).not.toHaveProperty('M2M_ISSUER')
    const file = withWords(env, { M2M_CLIENT_SECRET_FILE: '/x' })
    expect(file).not.toHaveProperty('M2M_CLIENT_SECRET')
    // How the secret is shown is true of the new one, too.
    expect(file).toHaveProperty('M2M_CLIENT_AUTHENTICATION')
    const key = withWords(env, { M2M_PRIVATE_KEY_FILE: '/k', M2M_PRIVATE_KEY_ID: 'one' })
    expect(key).not.toHaveProperty('M2M_CLIENT_SECRET')
    expect(key).not.toHaveProperty('M2M_CLIENT_AUTHENTICATION')
    expect(key).toHaveProperty('M2M_PRIVATE_KEY_ID', 'one')
  })

  it('replaces the preset of a vendor by a server, and a server by the preset', () => {
    const preset = { M2M_PROVIDER: 'auth0', M2M_PROVIDER_OPTIONS: '{"domain":"a.auth0.com"}' }
    for (const server of [{ M2M_ISSUER: 'https://b.example' }, { M2M_TOKEN_ENDPOINT: 'x' }]) {
      expect(withWords(preset, server)).toEqual(server)
    }
    const server = { M2M_ISSUER: 'https://a.example', M2M_TOKEN_ENDPOINT: 'https://a.example/t' }
    expect(withWords(server, preset)).toEqual(preset)
    // The standard knows no server of its own.
    const standard = { M2M_PROVIDER: 'standard' }
    expect(withWords(server, standard)).toEqual({ ...server, ...standard })
  })

  it('may name both the issuer and its token endpoint', () => {
    const both = { M2M_ISSUER: 'https://b.example', M2M_TOKEN_ENDPOINT: 'https://b.example/token' }
    expect(withWords(env, both)).toMatchObject(both)
  })
})

describe('a report', () => {
  const findings = [
    ok('token_opaque', 'All is well.'),
    warning('lifetime_long', 'word '.repeat(40).trim(), 'Shorten it.'),
    problem('clock_skew', 'One.', 'Mend it.'),
    problem('scopes_missing', 'Two.', 'Ask.'),
  ]

  it('has no line that is longer than 96 characters, and each remedy on a line of its own', () => {
    const text = reportText(findings, false)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(96)
    expect(text).toContain('\n         What to do: Mend it.\n')
  })

  it('ends with the counts, and with what to begin with where several things are wrong', () => {
    expect(reportText(findings, false)).toMatch(
      /\n2 problems, 1 warning\. Begin with clock_skew: .*\n$/,
    )
    expect(reportText(findings.slice(0, 1), false)).toMatch(/\nNo problem\.\n$/)
    expect(reportText(findings.slice(0, 2), false)).toMatch(/\nNo problem, 1 warning\.\n$/)
    expect(reportText(findings.slice(0, 3), false)).toMatch(/\n1 problem, 1 warning\.\n$/)
  })

  it('is coloured on request alone', () => {
    expect(reportText(findings, false)).not.toContain('\u001b')
    expect(reportText(findings, true)).toContain('\u001b[31mproblem')
  })
})
