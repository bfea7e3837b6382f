/** Whatever strangers write: it ends with a refusal, and never with a token or another error. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { hostileText, jsonValue, mutated, runs } from '../../fuzz/hostile.ts'
import { boundToken, expectNoTokenIn, goodClaims, keyNamed, part } from './world.ts'
import { refusalOf, sign, startWorld } from './world.ts'

const world = await startWorld({ dpop: 'allowed' })
const good = await world.token()
const bound = await boundToken(world)
const proof = await bound.proof()
const key = await keyNamed('ES256:one')
const { verify, verifyRequest } = world.verifier

const member = fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk'), jsonValue)
const claim = fc.dictionary(
  fc.constantFrom('iss', 'aud', 'exp', 'nbf', 'iat', 'cnf', 'scope', 'scp', 'sub', 'jti', 'typ'),
  jsonValue,
)
const compact = fc
  .tuple(member, claim, fc.string())
  .map(([header, claims, signature]) =>
    [part({ alg: 'ES256', ...header }), part(claims), part(signature)].join('.'),
  )

describe('any text', () => {
  test.prop([fc.oneof(hostileText, compact, mutated(compact))], runs(500))(
    'is refused',
    async (text) => {
      const refusal = await refusalOf(verify(text))
      expect([401, 403]).toContain(refusal.status)
      expectNoTokenIn(refusal, text)
    },
  )

  test.prop([mutated(fc.constant(good))], runs(500))(
    'that a good token was turned into is refused',
    async (text) => {
      fc.pre(text !== good)
      expectNoTokenIn(await refusalOf(verify(text)), text)
    },
  )

  test.prop([claim], runs(300))(
    'of claims that the issuer signed is read or refused',
    async (claims) => {
      const text = await sign(key, { ...goodClaims(world.clock), ...claims })
      const outcome = await verify(text).then(
        (token) => token,
        async () => refusalOf(verify(text)),
      )
      if ('status' in outcome) expect([401, 403]).toContain(outcome.status)
      else
        expect([outcome.issuer, outcome.audience]).toEqual(['https://auth.test', outcome.audience])
    },
  )

  test.prop([fc.oneof(hostileText, mutated(fc.constant(`Bearer ${good}`)))], runs(300))(
    'as an Authorization header is refused',
    async (authorization) => {
      fc.pre(!/^bearer +/i.test(authorization) || authorization.replace(/^\w+ +/, '') !== good)
      const refusal = await refusalOf(verifyRequest({ headers: { authorization } }))
      expect([400, 401]).toContain(refusal.status)
    },
  )

  test.prop([fc.oneof(hostileText, compact, mutated(fc.constant(proof)))], runs(300))(
    'as a proof is refused',
    async (dpop) => {
      fc.pre(dpop !== proof)
      const headers = { authorization: `DPoP ${bound.token}`, dpop }
      const odd = { method: 'GET', url: 'https://api.test/events', headers }
      expect((await refusalOf(verifyRequest(odd))).code).toBe('dpop_proof_invalid')
    },
  )
})
