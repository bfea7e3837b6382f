/** Tokens that the issuer did sign, and not for this: another time, audience, kind or right. */
import { keyNamed, goodClaims, sign } from './world.ts'
import { changed, describeForgeries, fromNow } from './forgery.ts'
import type { Row } from './forgery.ts'

const times: readonly Row[] = [
  ['expired for 5 seconds, the tolerance', 'token_expired', fromNow('exp', -5)],
  ['expired for a year', 'token_expired', fromNow('exp', -31_536_000)],
  ['exp 0', 'token_expired', changed({ exp: 0 })],
  ['exp negative', 'token_expired', changed({ exp: -1 })],
  ['no exp', 'token_malformed', changed({ exp: undefined })],
  ['exp as a string', 'token_malformed', changed({ exp: '9999999999' })],
  ['exp null', 'token_malformed', changed({ exp: null })],
  ['exp in an array', 'token_malformed', changed({ exp: [9_999_999_999] })],
  [
    'exp 1e400',
    'token_malformed',
    async ({ clock }) =>
      sign(
        await keyNamed('ES256:one'),
        JSON.stringify(goodClaims(clock)).replace(/"exp":\d+/, '"exp":1e400'),
      ),
  ],
  ['nbf in the future', 'token_not_yet_valid', fromNow('nbf', 6)],
  ['nbf as a string', 'token_malformed', changed({ nbf: '0' })],
  ['iat in the future', 'token_not_yet_valid', fromNow('iat', 3600)],
  ['iat as a string', 'token_malformed', changed({ iat: '0' })],
]

const parties: readonly Row[] = [
  ['of a foreign issuer', 'token_issuer_mismatch', changed({ iss: 'https://other.test' })],
  ['of the issuer with a slash', 'token_issuer_mismatch', changed({ iss: 'https://auth.test/' })],
  ['of the issuer in capitals', 'token_issuer_mismatch', changed({ iss: 'https://AUTH.test' })],
  ['of the issuer in an array', 'token_issuer_mismatch', changed({ iss: ['https://auth.test'] })],
  ['of no issuer', 'token_issuer_mismatch', changed({ iss: undefined })],
  ['for a foreign audience', 'token_audience_mismatch', changed({ aud: 'file' })],
  ['for foreign audiences', 'token_audience_mismatch', changed({ aud: ['file', 'calendar'] })],
  [
    'for an audience that begins like ours',
    'token_audience_mismatch',
    changed({ aud: 'event.admin' }),
  ],
  ['for an audience in capitals', 'token_audience_mismatch', changed({ aud: 'EVENT' })],
  [
    'for several audiences in one string',
    'token_audience_mismatch',
    changed({ aud: 'event file' }),
  ],
  ['for no audience', 'token_audience_mismatch', changed({ aud: undefined })],
  ['for an empty list of audiences', 'token_audience_mismatch', changed({ aud: [] })],
  ['for a nested audience', 'token_audience_mismatch', changed({ aud: [['event']] })],
  ['for an audience beside a number', 'token_audience_mismatch', changed({ aud: ['event', 1] })],
  ['for an audience as an object', 'token_audience_mismatch', changed({ aud: { event: true } })],
]

const kinds: readonly Row[] = [
  ...[
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'application/secevent+jwt',
    'client-authentication+jwt',
    'token-introspection+jwt',
    'oauth-authz-req+jwt',
    'kb+jwt',
    'JWE',
    '',
    ' at+jwt',
  ].map((typ): Row => [`typ ${JSON.stringify(typ)}`, 'token_type_mismatch', changed({}, { typ })]),
  ['typ as a number', 'token_type_mismatch', changed({}, { typ: 1 })],
  [
    'typ JWT where at+jwt is required',
    'token_type_mismatch',
    changed({}, { typ: 'JWT' }),
    { requireType: true },
  ],
  [
    'no typ where at+jwt is required',
    'token_type_mismatch',
    changed({}, { typ: undefined }),
    { requireType: true },
  ],
  ['an id token', 'token_type_mismatch', changed({ at_hash: 'x' }, { typ: 'JWT' })],
  ['an id token of Entra', 'token_type_mismatch', changed({ nonce: 'x' }, { typ: 'JWT' })],
  ['an id token without a typ', 'token_type_mismatch', changed({ nonce: '' }, { typ: undefined })],
  [
    'a logout token without a typ',
    'token_type_mismatch',
    changed({ events: {} }, { typ: undefined }),
  ],
  [
    'an id token of Cognito',
    'token_type_mismatch',
    changed({ token_use: 'id' }, { typ: undefined }),
  ],
  [
    'a refresh token of Keycloak',
    'token_type_mismatch',
    changed({ typ: 'Refresh' }, { typ: 'JWT' }),
  ],
  [
    'a session token of SuperTokens (stt 0)',
    'token_claim_mismatch',
    changed({ stt: 0 }),
    { requireClaims: { stt: 1 } },
  ],
  ['stt as a string', 'token_claim_mismatch', changed({ stt: '1' }), { requireClaims: { stt: 1 } }],
  ['no stt', 'token_claim_mismatch', changed({}), { requireClaims: { stt: 1 } }],
  ['bound to a certificate', 'token_binding_mismatch', changed({ cnf: { 'x5t#S256': 'abc' } })],
  ['bound to a key, without DPoP', 'token_binding_mismatch', changed({ cnf: { jkt: 'abc' } })],
  ['bound to nobody knows what', 'token_malformed', changed({ cnf: 'abc' })],
]

const grants: readonly Row[] = [
  [
    'without the scope',
    'insufficient_scope',
    changed({ scope: 'event.view' }),
    { scopes: ['event.create'] },
  ],
  [
    'with the scope as a part of another',
    'insufficient_scope',
    changed({ scope: 'event.create.own' }),
    { scopes: ['event.create'] },
  ],
  [
    'with the scope in capitals',
    'insufficient_scope',
    changed({ scope: 'EVENT.CREATE' }),
    { scopes: ['event.create'] },
  ],
  [
    'with the scopes as an object',
    'insufficient_scope',
    changed({ scope: { 'event.create': true } }),
    { scopes: ['event.create'] },
  ],
  [
    'with scope true, as early servers answer',
    'insufficient_scope',
    changed({ scope: true }),
    { scopes: ['event.create'] },
  ],
  [
    'with the scopes nested',
    'insufficient_scope',
    changed({ scope: undefined, scp: [['event.create']] }),
    { scopes: ['event.create'] },
  ],
  [
    'without any scope',
    'insufficient_scope',
    changed({ scope: undefined }),
    { scopes: 'event.view event.create' },
  ],
]

describeForgeries('tokens of another time', times)
describeForgeries('tokens of somebody else, or for somebody else', parties)
describeForgeries('tokens of another kind', kinds)
describeForgeries('tokens that do not grant enough', grants)
