/** One thing that is wrong, and the servers that make it so. */
import { startJwtResource } from '../../interop/support/jwt-resource.ts'
import { startOidcServer } from '../../interop/support/oidc-server.ts'
import type { OidcServer, OidcServerOptions } from '../../interop/support/oidc-server.ts'
import type { CommandSetting } from './command.ts'
import type { SuperTokens } from './supertokens.ts'

export interface Prepared extends CommandSetting {
  /** The options of the doctor; secrets are in `env`. */
  readonly argv: readonly string[]
  /** The authorization server's origin, then the resource's: what the page calls them. */
  readonly origins?: readonly string[]
  /** What may be in no output. The secret always is one of them. */
  readonly secrets?: readonly string[]
}

export interface DoctorCase {
  /** The heading in docs/doctor.md. */
  readonly title: string
  /** Findings that are not `ok`, in their order. */
  readonly found: readonly string[]
  readonly prepare: (world: { readonly supertokens: SuperTokens }) => Promise<Prepared>
}

export const secret = 'fake-secret-of-the-task-service'
export const calendarUrn = 'urn:calendar'

const env = { M2M_CLIENT_SECRET: secret }

/** What every case has in common: who asks, and how it is said on the command line. */
export function asTaskService(
  issuer: string,
  more: readonly string[] = [],
  setting: Omit<Prepared, 'argv'> = {},
): Prepared {
  const argv = ['--issuer', issuer, '--client-id', 'task-service', ...more]
  return { env, origins: [issuer], ...setting, argv }
}

/** oidc-provider with the Task service, and a Calendar that it may ask for. */
export async function startOidc(
  options: OidcServerOptions & {
    readonly jwt?: { audience?: string; lifetimeSeconds?: number }
  } = {},
): Promise<OidcServer> {
  const { jwt = {} } = options
  const server = await startOidcServer({
    resources: {
      [calendarUrn]: {
        audience: jwt.audience ?? calendarUrn,
        scope: 'event.view event.create',
        accessTokenFormat: 'jwt',
        accessTokenTTL: jwt.lifetimeSeconds ?? 600,
        jwt: { sign: { alg: 'ES256' } },
      },
    },
    ...options,
  })
  server.register({ client_id: 'task-service', client_secret: secret })
  return server
}

/** The Calendar service, which believes tokens of this issuer for this audience. */
export async function startCalendar(issuer: string, audience = calendarUrn): Promise<string> {
  const { origin } = await startJwtResource(issuer, audience)
  return origin
}

/** A port on which nothing listens, for as long as the test runs. */
export async function closedPort(): Promise<string> {
  const server = await startOidcServer()
  await server.http.stop()
  return server.issuer
}
