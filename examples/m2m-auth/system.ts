/** All of it, started and introduced to each other: the auth server and three microservices. */
import type { TokenManager } from 'm2m-tokens'
import { startAuthServer } from './auth-server.ts'
import type { AuthServer } from './auth-server.ts'
import { startMicroservice } from './microservice.ts'
import type { Microservice } from './microservice.ts'
import type { Addresses } from './tokens.ts'
import type { Name } from './who-may-call.ts'

export interface System {
  readonly authServer: AuthServer
  readonly addresses: Addresses
  readonly bootstrapJwts: Readonly<Record<Name, string>>
  /** The manager inside the microservice m1. */
  readonly tokensOfM1: TokenManager
  /** A second process of that name, which knows nothing yet; whoever starts it stops it. */
  readonly startAnother: (name: Name) => Promise<Microservice>
  readonly stop: () => Promise<void>
}

export async function startSystem(): Promise<System> {
  const authServer = await startAuthServer()
  const { url: authServerUrl, jwksUri } = authServer
  const start = async (name: Name) => {
    const bootstrapJwt = await authServer.bootstrapJwt(name)
    const service = await startMicroservice({ name, bootstrapJwt, authServerUrl }, jwksUri)
    return { ...service, bootstrapJwt }
  }
  const [m1, m2, m3] = await Promise.all([start('m1'), start('m2'), start('m3')])
  const addresses = { m1: m1.url, m2: m2.url, m3: m3.url }
  const tokensOfM1 = m1.connect(addresses)
  m2.connect(addresses)
  m3.connect(addresses)
  return {
    authServer,
    addresses,
    bootstrapJwts: { m1: m1.bootstrapJwt, m2: m2.bootstrapJwt, m3: m3.bootstrapJwt },
    tokensOfM1,
    startAnother: start,
    stop: async () => {
      await Promise.all([m1, m2, m3, authServer].map((one) => one.stop()))
    },
  }
}
