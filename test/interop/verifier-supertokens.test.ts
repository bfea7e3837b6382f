/** The verifier at tokens of the real supertokens-node: access tokens, and sessions that look like them. */
import { supertokens } from 'm2m-tokens/providers'
import { createAccessTokenVerifier } from 'm2m-tokens/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSuperTokensCore } from '../../examples/support/supertokens-core.ts'
import { startAuthorizationServer } from '../../examples/supertokens/authorization-server.ts'
import type { AuthorizationServer } from '../../examples/supertokens/authorization-server.ts'
import { registerTaskService } from '../../examples/supertokens/client-registration.ts'
import type { RegisteredClient } from '../../examples/supertokens/client-registration.ts'
import { failureOf, managerFor } from './support/managers.ts'

interface World {
  readonly server: AuthorizationServer
  readonly client: RegisteredClient
  readonly stop: () => Promise<unknown>
}

/** The SDK is one of a process: it is set up once. */
let world: World | undefined

function started(): World {
  if (world === undefined) throw new Error('not started')
  return world
}

beforeAll(async () => {
  const core = await startSuperTokensCore()
  const server = await startAuthorizationServer(core)
  const { clientId, clientSecret } = await registerTaskService(core)
  const stop = () => Promise.all([server.stop(), core.stop()])
  world = { server, client: { clientId, clientSecret }, stop }
})

afterAll(() => world?.stop())

function verifierFor(audience: string) {
  const { apiDomain } = started().server
  return createAccessTokenVerifier({
    issuer: `${apiDomain}/auth`,
    jwksUri: `${apiDomain}/auth/jwt/jwks.json`,
    audience,
    requireClaims: { stt: 1 },
  })
}

describe('supertokens-node', () => {
  it('issues access tokens that are taken for their audience and scopes, and for no other', async () => {
    const { server, client } = started()
    const provider = supertokens({ apiDomain: server.apiDomain })
    const tokens = managerFor({ provider, ...client })
    const { accessToken } = await tokens.getToken('event', ['event.create'])
    const verified = await verifierFor('event').verify(accessToken, { scopes: ['event.create'] })
    expect(verified).toMatchObject({ clientId: client.clientId, scopes: ['event.create'] })
    expect(verified.audience).toEqual(['event'])

    const foreign = verifierFor('file').verify(accessToken)
    expect(await failureOf(foreign)).toMatchObject({ code: 'token_audience_mismatch', status: 401 })
    const wider = verifierFor('event').verify(accessToken, { scopes: ['event.delete'] })
    expect(await failureOf(wider)).toMatchObject({ code: 'insufficient_scope', status: 403 })
    const [head = '', , signature = ''] = accessToken.split('.')
    const claims = { ...verified.claims, scp: ['event.delete'] }
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature]
    const refused = verifierFor('event').verify(forged.join('.'))
    expect(await failureOf(refused)).toMatchObject({ code: 'token_signature_invalid' })
  })

  it('issues session tokens that are refused, whatever audience and scopes they carry', async () => {
    const { server } = started()
    const claims = { aud: ['event'], scp: ['event.create'] }
    const session = await server.signIn('alice', claims)
    const failure = await failureOf(verifierFor('event').verify(session))
    expect(failure).toMatchObject({ status: 401 })
    expect(failure).toMatchObject({ code: 'token_claim_mismatch' })
  })
})
