/**
 * Keycloak: scopes alone. An audience comes from a mapper, best in a client scope of its own that is
 * optional for the client: `audiences` says which client scope brings which audience. A wrong secret
 * is refused there as `unauthorized_client`, as a client without a service account is.
 */
import { isPlainObject } from '../field-reader.ts'
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { AnswerMembers, Provider } from '../wire/provider.ts'
import { PresetFields, refuseResource, withMembers } from './preset-fields.ts'

export interface KeycloakOptions {
  /** Where Keycloak is, with its path where it has one: `https://sso.example.com`. */
  readonly url: string
  readonly realm: string
  /** Audience → the client scope whose audience mapper brings it. Default `{}`. */
  readonly audiences?: Readonly<Record<string, string>> | undefined
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function keycloak(options: KeycloakOptions): Provider {
  const fields = new PresetFields('keycloak', options, ['url', 'realm', 'audiences'])
  const url = fields.url('url', 'https://sso.example.com')
  const realm = realmOf(fields)
  const audiences = new Map(audiencesOf(fields))
  const issuer = `${url}/realms/${realm}`
  return Object.freeze({
    name: 'Keycloak',
    issuer,
    tokenEndpoint: `${issuer}/protocol/openid-connect/token`,
    spell: (request) => {
      refuseResource('Keycloak', request)
      const { audience, scopes } = request
      if (audience === undefined) return grantParameters(request)
      const scope = audiences.get(audience)
      if (scope === undefined) {
        throw cannot(
          'Keycloak',
          'audience',
          `'${audience}' cannot be asked for by name; tell the preset which client scope brings it: ` +
            `keycloak({ audiences: { '${audience}': 'the-client-scope' } })`,
        )
      }
      return grantParameters({
        ...request,
        audience: undefined,
        scopes: [...new Set([...scopes, scope])],
      })
    },
    // The client scope stands for the audience; nobody asked for it as a scope.
    grantedScopes: (granted, { audience, scopes }) => {
      const brought = audience === undefined ? undefined : audiences.get(audience)
      return granted.filter((scope) => scope !== brought || scopes.includes(scope))
    },
    read: withClientError,
  } satisfies Provider)
}

type Fields = PresetFields<'url' | 'realm' | 'audiences'>

function realmOf(fields: Fields): string {
  const realm = fields.required('realm', 'internal')
  if (!realm.includes('/') && !/^\.+$/.test(realm)) return encodeURIComponent(realm)
  throw fields.refusal('realm', "must be the realm's name alone, such as internal")
}

/** Keycloak tells the two apart by the description alone: this one speaks of the credentials. */
function withClientError(members: AnswerMembers): AnswerMembers {
  const { error, error_description: description } = members
  const isClient =
    error === 'unauthorized_client' &&
    typeof description === 'string' &&
    /client (secret|credentials)/i.test(description)
  return isClient ? withMembers(members, { error: 'invalid_client' }) : members
}

function audiencesOf(fields: Fields): [string, string][] {
  const audiences = fields.unknown('audiences') ?? {}
  const entries = isPlainObject(audiences) ? Object.entries(audiences as object) : undefined
  const wrong = entries?.some(
    ([, scope]) => typeof scope !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope),
  )
  if (entries === undefined || wrong === true) {
    throw fields.refusal(
      'audiences',
      "must map audiences to client scopes: { event: 'event-audience' }",
    )
  }
  const scopes = entries.map(([, scope]) => scope as string)
  const twice = scopes.find((scope, index) => scopes.indexOf(scope) !== index)
  if (twice !== undefined) {
    throw fields.refusal('audiences', `names '${twice}' for two audiences; each needs its own`)
  }
  return entries as [string, string][]
}
