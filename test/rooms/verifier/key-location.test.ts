/** Where the keys are: what an issuer's metadata may say, and what it may not. */
import { describe, expect, it } from 'vitest'
import { isAccessTokenRefused } from '../../../src/verifier/index.ts'
import { minutes } from '../../support/some.ts'
import { issuer, jwksUrl, metadataUrl, refusalOf, startWorld } from './world.ts'

describe('metadata that is not to be believed', () => {
  it.each([
    ['names another issuer', { issuer: 'https://other.test', jwks_uri: jwksUrl }],
    ['names no issuer', { jwks_uri: jwksUrl }],
    ['names the issuer with a slash', { issuer: `${issuer}/`, jwks_uri: jwksUrl }],
    ['names no keys', { issuer }],
    ['names keys over http', { issuer, jwks_uri: 'http://auth.test/jwks' }],
    ['names keys in a file', { issuer, jwks_uri: 'file:///etc/jwks' }],
    ['names keys on our own machine', { issuer, jwks_uri: 'https://localhost/jwks' }],
    ['names keys on our own machine, over http', { issuer, jwks_uri: 'http://127.0.0.1:1/jwks' }],
    ['names a list of keys', { issuer, jwks_uri: [jwksUrl] }],
  ])('because it %s is not used', async (_, metadata) => {
    const world = await startWorld()
    world.answers.set(metadataUrl, () => Response.json(metadata))
    const refusal = await refusalOf(world.verifier.verify(await world.token()))
    expect(refusal).toMatchObject({ code: 'keys_unavailable', status: 503 })
    expect(world.urls).toEqual([metadataUrl, `${issuer}/.well-known/openid-configuration`])
  })

  it('because it names keys over http for an https issuer is not used, not even here', async () => {
    const local = 'https://localhost:8443'
    const world = await startWorld({ issuer: local })
    const at = `${local}/.well-known/oauth-authorization-server`
    const named = async (jwks_uri: string) => {
      world.answers.set(at, () => Response.json({ issuer: local, jwks_uri }))
      world.answers.set(jwks_uri, () => world.answers.get(jwksUrl)?.() ?? Response.error())
      return world.verifier.verify(await world.token({ iss: local }))
    }
    const refusal = await refusalOf(named('http://localhost:8080/jwks'))
    expect(refusal).toMatchObject({ code: 'keys_unavailable', status: 503 })
    expect(world.urls).not.toContain('http://localhost:8080/jwks')
    world.clock.advance(minutes(1))
    await expect(named('https://localhost:8080/jwks')).resolves.toBeDefined()
  })

  it("is asked for in OpenID's form where that of RFC 8414 is not served", async () => {
    const named = `${issuer}/tenants/one`
    const world = await startWorld({ issuer: named })
    const openid = `${named}/.well-known/openid-configuration`
    world.answers.set(openid, () => Response.json({ issuer: named, jwks_uri: jwksUrl }))
    await world.verifier.verify(await world.token({ iss: named }))
    expect(world.urls).toEqual([`${metadataUrl}/tenants/one`, openid, jwksUrl])
  })
})

describe('a failing clock', () => {
  it('lets nobody in', async () => {
    const world = await startWorld()
    const text = await world.token()
    world.clock.now = () => {
      throw new Error(`clock of ${text}`)
    }
    const error: unknown = await world.verifier.verify(text).catch((thrown: unknown) => thrown)
    expect(isAccessTokenRefused(error) && error.code).toBe('verifier_failed')
    expect(String(error)).not.toContain(text)
  })
})
