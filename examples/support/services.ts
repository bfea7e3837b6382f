/**
 * What the demo calls: an authorization server, a Calendar and a File service, and a stranger.
 * Everything runs in this process and on this machine, and ends with `stop`.
 */
import { startAuthorizationServer } from './authorization-server.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { startResourceServer } from './resource-server.ts'
import type { ResourceServer } from './resource-server.ts'

export const calendarAudience = 'https://calendar.example'
export const filesAudience = 'https://files.example'

export interface Services {
  readonly server: AuthorizationServer
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly calendar: ResourceServer
  readonly files: ResourceServer
  /** A service that the client has no rights at, and no business with. */
  readonly stranger: ResourceServer
  readonly stop: () => Promise<void>
}

export async function startServices(): Promise<Services> {
  const server = await startAuthorizationServer({
    [calendarAudience]: 'event.create event.view',
    [filesAudience]: 'file.view',
  })
  const { issuer, jwksUri, clientId, clientSecret } = server
  const calendar = await startResourceServer({
    issuer,
    jwksUri,
    audience: calendarAudience,
    scope: 'event.create',
    content: { event: 'Review', on: '2030-01-15' },
  })
  const files = await startResourceServer({
    issuer,
    jwksUri,
    audience: filesAudience,
    scope: 'file.view',
    content: { files: ['plan.txt', 'notes.txt'] },
  })
  const stranger = await startResourceServer({
    issuer,
    jwksUri,
    audience: 'https://stranger.example',
    scope: 'anything',
    content: {},
  })
  const all = [server, calendar, files, stranger]
  const stop = async () => {
    await Promise.all(all.map((one) => one.stop()))
  }
  return { server, issuer, clientId, clientSecret, calendar, files, stranger, stop }
}
