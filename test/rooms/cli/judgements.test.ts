/** The doctor's pure judgements, at their boundaries. */
import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { judgeClock } from '../../../src/cli/doctor/judge-clock.ts'
import { connectionCode } from '../../../src/cli/doctor/judge-connection.ts'
import { judgeLifetime } from '../../../src/cli/doctor/judge-lifetime.ts'
import { judgeToken } from '../../../src/cli/doctor/judge-token.ts'
import { durationText, listText } from '../../../src/cli/doctor/plain-text.ts'
import type { Exchange } from '../../../src/cli/doctor/probe.ts'
import type { Members, TokenEvidence } from '../../../src/cli/doctor/token-evidence.ts'
import { some } from '../../support/some.ts'

const now = Date.UTC(2030, 0, 1)

function exchangeAt(dateMs: number | undefined, more: Partial<Exchange> = {}): Exchange {
  const headers = new Headers()
  if (dateMs !== undefined) headers.set('date', new Date(dateMs).toUTCString())
  return {
    purpose: 'a token',
    method: 'POST',
    url: new URL('https://auth.example/token'),
    sentAtMs: now,
    receivedAtMs: now + 200,
    recipients: [],
    answer: { status: 200, headers, body: '' },
    ...more,
  }
}

const seconds = (count: number) => count * 1000
const issuedNow = (life: number) => ({ iat: now / 1000, exp: now / 1000 + life })

describe('the clocks', () => {
  const judged = (aheadSeconds: number, claims?: Members) =>
    judgeClock({ server: exchangeAt(now + seconds(aheadSeconds)), claims, resource: undefined })

  it.each([
    [0, 'ok'],
    [4, 'ok'],
    [-5, 'ok'],
    [6, 'warning'],
    [-6, 'warning'],
    [29, 'warning'],
    [31, 'problem'],
    [-31, 'problem'],
  ])('that differ by %i s are %s', (ahead, level) => {
    expect(judged(ahead)?.level).toBe(level)
  })

  it('are told which one is behind', () => {
    expect(judged(600)?.explanation).toContain('is 10 min behind the server')
    expect(judged(-600)?.explanation).toContain('is 10 min ahead of the server')
  })

  it('are not blamed for an answer that was long on its way', () => {
    const server = exchangeAt(now + seconds(9), { receivedAtMs: now + seconds(10) })
    expect(judgeClock({ server, claims: undefined, resource: undefined })?.level).toBe('ok')
  })

  it('are judged by iat without a Date, but not by one of the past: tokens are cached', () => {
    const server = exchangeAt(undefined)
    const byClaim = (ahead: number) =>
      judgeClock({ server, claims: { iat: now / 1000 + ahead }, resource: undefined })
    expect(byClaim(600)?.explanation).toContain("by the token's iat")
    expect(byClaim(-600)).toBeUndefined()
  })

  it.each([
    ['iat', 600, 'problem', /iat is 10 min in the future.*whatever signs tokens at the server/],
    ['iat', 20, 'warning', /iat is 20 s in the future/],
    ['nbf', 600, 'problem', /nbf is 10 min in the future.*refuse the token until then/],
  ])(
    'of a token whose %s is %i s ahead of the very answer are a %s',
    (name, ahead, level, words) => {
      const finding = judged(0, { iat: now / 1000, [name]: now / 1000 + ahead })
      expect(finding).toMatchObject({ level, code: 'clock_skew' })
      expect(finding?.explanation).toMatch(words)
      expect(finding?.explanation).not.toContain('clock of this machine is')
      expect(judged(0, { [name]: now / 1000 + 5 })?.level).toBe('ok')
    },
  )

  it('are judged by the worse of the Date and an iat of the future', () => {
    const finding = judged(10, { iat: now / 1000 + 600 })
    expect(finding).toMatchObject({ level: 'problem' })
    expect(finding?.explanation).toContain("10 min behind the server's, by the token's iat.")
    const both = judged(600, { iat: now / 1000 + 600 })
    expect(both?.explanation).toContain("by the Date of its answer and the token's iat.")
  })

  it('are compared with the service, which tells whose is wrong', () => {
    const server = exchangeAt(now + seconds(600))
    const words = (aheadSeconds: number) =>
      judgeClock({
        server,
        claims: undefined,
        resource: exchangeAt(now + seconds(aheadSeconds)),
      })?.explanation
    expect(words(600)).toContain('it is this machine that is wrong')
    expect(words(0)).toContain('it is the server that is wrong')
    expect(words(-300)).not.toContain('The service agrees')
  })
})

function evidence(
  members: Record<string, unknown>,
  more: Partial<TokenEvidence> & { readonly text?: string; readonly life?: number } = {},
): TokenEvidence {
  const { text = some.tokenText(), life = 600, ...others } = more
  const token = new AccessToken({
    accessToken: text,
    tokenType: 'Bearer',
    expiresAt: now + seconds(life),
    scopes: others.asked?.scopes ?? [],
  })
  const asked = { audience: [], scopes: [] }
  return { token, members, exchange: exchangeAt(now), asked, issuer: undefined, ...others }
}

describe('a lifetime', () => {
  it.each([
    [29, 'problem', 'lifetime_short'],
    [30, 'warning', 'lifetime_short'],
    [299, 'warning', 'lifetime_short'],
    [300, 'ok', 'lifetime_fine'],
    [86_400, 'ok', 'lifetime_fine'],
    [86_401, 'warning', 'lifetime_long'],
  ])('of %i s is %s: %s', (life, level, code) => {
    const findings = judgeLifetime(undefined, evidence({ expires_in: life }, { life }))
    expect(findings).toMatchObject([{ level, code }])
  })

  it('that nobody states is a warning, unless the token ends by itself', () => {
    expect(judgeLifetime(undefined, evidence({}))).toMatchObject([{ code: 'lifetime_unstated' }])
    const claims = { iat: now / 1000, exp: now / 1000 + 600 }
    expect(judgeLifetime(claims, evidence({}))).toMatchObject([{ code: 'lifetime_fine' }])
  })

  it.each([
    [undefined, -1],
    // By the server's own clock, where it tells its time; ours may be wrong.
    [now + seconds(3_600), 3_599],
  ])('that was over before the token came is a problem, by Date %s', (date, exp) => {
    const server = evidence({ expires_in: 600 }, { exchange: exchangeAt(date) })
    const codes = (more: number) => judgeLifetime({ exp: now / 1000 + exp + more }, server)
    expect(codes(0)).toMatchObject([{ level: 'problem', code: 'lifetime_over' }])
    expect(codes(2)).toMatchObject([{ level: 'ok', code: 'lifetime_fine' }])
  })

  it('that the answer promises and the token does not keep is a warning', () => {
    const codes = (exp: number) =>
      judgeLifetime(issuedNow(exp), evidence({ expires_in: 600 })).map(({ code }) => code)
    expect(codes(595)).toEqual(['lifetime_fine'])
    expect(codes(594)).toEqual(['lifetime_fine', 'lifetime_contradictory'])
  })
})

describe('the claims of a token', () => {
  const codes = (claims: Record<string, unknown>, more: Partial<TokenEvidence> = {}) =>
    judgeToken(evidence({ expires_in: 600 }, { text: some.jwt(claims), ...more }))
      .filter(({ level }) => level !== 'ok')
      .map(({ level, code }) => `${level} ${code}`)
  const forEvent = { asked: { audience: ['event'], scopes: [] } }
  const told = { exchange: exchangeAt(now, { recipients: ['event'] }) }

  it('are right where issuer, audience and scopes are as asked', () => {
    const claims = { iss: 'https://auth.example', aud: ['event', 'x'], scope: 'a b' }
    const asked = { audience: ['event'], scopes: ['a'] }
    expect(codes(claims, { asked, issuer: 'https://auth.example' })).toEqual([])
  })

  it('are a problem where the server was told the audience, and a warning where it was not', () => {
    expect(codes({ aud: 'file' }, { ...forEvent, ...told })).toEqual(['problem audience_missing'])
    expect(codes({ aud: 'file' }, forEvent)).toEqual(['warning audience_missing'])
    expect(codes({}, forEvent)).toEqual(['warning audience_missing'])
    expect(codes({})).toEqual(['warning audience_missing'])
  })

  it('may name several audiences that were asked for in one text', () => {
    const asked = { audience: ['event file'], scopes: [] }
    expect(codes({ aud: ['event', 'file'] }, { asked })).toEqual([])
    expect(codes({ aud: ['event'] }, { asked })).toEqual(['warning audience_missing'])
  })

  it('are a problem where another issuer is named', () => {
    const issuer = 'https://auth.example'
    expect(codes({ aud: 'x', iss: `${issuer}/` }, { issuer })).toEqual([
      'problem token_issuer_mismatch',
    ])
    expect(codes({ aud: 'x' }, { issuer })).toEqual(['problem token_issuer_mismatch'])
  })

  it('are a problem where a scope that the answer grants is not in the token', () => {
    const asked = { audience: [], scopes: ['a', 'b'] }
    expect(codes({ aud: 'x', scp: ['a'] }, { asked })).toEqual(['problem scopes_missing'])
    expect(codes({ aud: 'x', scope: 'api/a api/b' }, { asked })).toEqual([])
    // Nobody says anything: by the RFC that means all, by some servers none.
    expect(codes({ aud: 'x' }, { asked })).toEqual(['warning scopes_missing'])
  })

  it('are printed on one line, each of them cut, and only those that matter', () => {
    const long = 'x'.repeat(5_000)
    const [first] = judgeToken(
      evidence(
        {},
        { text: some.jwt({ aud: `a\nb${long}`, jti: 'fake-jti', email: 'a@b.example' }) },
      ),
    )
    expect(first?.explanation).not.toMatch(/\n|fake-jti|a@b/)
    expect(first?.explanation.length).toBeLessThan(500)
  })
})

describe('a failure of the network', () => {
  it.each([
    ['ENOTFOUND', 'dns_failed'],
    ['EAI_AGAIN', 'dns_failed'],
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_dropped'],
    ['UND_ERR_SOCKET', 'connection_dropped'],
    ['TIMEOUT', 'connection_timeout'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_untrusted'],
    ['CERT_HAS_EXPIRED', 'tls_expired'],
    ['CERT_NOT_YET_VALID', 'tls_not_yet_valid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_wrong_host'],
    ['EPROTO', 'tls_not_spoken'],
    ['toString', 'unreachable'],
    [undefined, 'unreachable'],
  ])('%s is %s', (code, expected) => {
    expect(connectionCode({ code, message: '' })).toBe(expected)
  })
})

describe('words', () => {
  it('are as exact as helps', () => {
    const texts = [0, 119_000, 121_000, 3_600_000, 7_200_000, 172_800_000].map(durationText)
    expect(texts).toEqual(['0 s', '119 s', '2 min', '60 min', '2 h', '2 days'])
    expect(listText(['a'])).toBe('a')
    expect(listText(['a', 'b', 'c'])).toBe('a, b and c')
    expect(listText([])).toBe('')
  })
})
