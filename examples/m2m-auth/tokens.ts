/** The part to copy: a manager whose proof of identity is the microservice's long-lived JWT. */
import { bearerCredential, TokenManager } from 'm2m-tokens'
import { m2mAuth } from 'm2m-tokens/providers'
import type { Name } from './who-may-call.ts'

export interface Identity {
  readonly name: Name
  readonly bootstrapJwt: string
  readonly authServerUrl: string
}

/** Where each microservice is. */
export type Addresses = Readonly<Record<Name, string>>

export function createTokens(identity: Identity, addresses: Addresses): TokenManager {
  return new TokenManager({
    provider: m2mAuth({ url: identity.authServerUrl }),
    clientId: identity.name,
    clientAuthentication: bearerCredential(identity.bootstrapJwt),
    resources: {
      [addresses.m1]: { audience: 'm1' },
      [addresses.m2]: { audience: 'm2' },
      [addresses.m3]: { audience: 'm3' },
    },
  })
}
