/** The functions of the entry; what its one manager does is in `auto-manager.test.ts`. */
import { TokenManager } from 'm2m-tokens'
import { fromEnvironment } from 'm2m-tokens/auto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'

describe('a manager of fromEnvironment', () => {
  it('is a new one with every call, with tokens and a close() of its own', async () => {
    const server = await startAuthorizationServer()
    const env = {
      M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
      M2M_CLIENT_ID: 'task-service',
      M2M_CLIENT_SECRET: 'fake-secret',
    }
    const [one, other] = [fromEnvironment({ env }), fromEnvironment({ env })]
    onTestFinished(() => other.close())
    expect(one).toBeInstanceOf(TokenManager)
    await one.getToken('event')
    await one.close()
    await other.getToken('event')
    expect(server.requests).toHaveLength(2)
  })
})
