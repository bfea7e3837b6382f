/** Every entry as Jest loads it: CommonJS in a context of its own, which knows no import(). */
const assert = require('node:assert/strict')
const { TokenManager } = require('m2m-tokens')
const { fakeTokens, startAuthorizationServer } = require('m2m-tokens/testing')
const { createAccessTokenVerifier } = require('m2m-tokens/verifier')

for (const entry of ['auto', 'axios', 'providers', 'redis', 'undici']) {
  test(`m2m-tokens/${entry} can be required`, () => {
    assert.equal(typeof require(`m2m-tokens/${entry}`), 'object')
  })
}

test('a token is asked for, signed and verified', async () => {
  const server = await startAuthorizationServer()
  const tokens = new TokenManager(server.options)
  const { accessToken } = await tokens.getToken('event')
  const { issuer } = server
  await createAccessTokenVerifier({ issuer, audience: 'event' }).verify(accessToken)
  await Promise.all([tokens.close(), server.close()])
})

test('a manager without a network gives a token', async () => {
  const tokens = fakeTokens()
  assert.equal((await tokens.getToken('event')).tokenType, 'Bearer')
  await tokens.close()
})
