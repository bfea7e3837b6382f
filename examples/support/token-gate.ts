/**
 * What stands at the door of a service in the recipes: it asks the test kit's authorization server
 * whether a token is good here, and counts. It never answers anybody: how a service refuses is its
 * protocol's business. (A real service asks `m2m-tokens/verifier`.)
 */
import type { ServerControls } from 'm2m-tokens/testing'

export const filesAudience = 'https://files.example'

export interface TokenGate {
  /** @param authorization The value of the header, or of what stands for it. */
  readonly admits: (authorization: string | undefined) => boolean
  readonly admitted: () => number
  readonly refused: () => number
}

export function createTokenGate(server: Pick<ServerControls, 'accepts'>): TokenGate {
  const counts = { admitted: 0, refused: 0 }
  return {
    admits: (authorization = '') => {
      const [scheme, token = ''] = authorization.split(' ')
      const demand = { audience: filesAudience, scopes: 'file.view' }
      const good = scheme === 'Bearer' && server.accepts(token, demand)
      counts[good ? 'admitted' : 'refused'] += 1
      return good
    },
    admitted: () => counts.admitted,
    refused: () => counts.refused,
  }
}
