/**
 * SuperTokens: `audience` as a parameter, from the client's list; several stand in one with spaces
 * between. Its code reads snake_case, a form or JSON; its documentation shows camelCase in JSON, which
 * early gateways expect: `spelling` says which. Basic credentials are decoded from base64 and no
 * further, so they are sent raw.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import type { AnswerMembers, EncodedBody, Provider } from '../wire/provider.ts'
import { PresetFields, refuseParameters, refuseResource, withMembers } from './preset-fields.ts'

export interface SupertokensOptions {
  /** Where the API is: `https://api.example.com`. */
  readonly apiDomain: string
  /** Default `/auth`. */
  readonly apiBasePath?: string | undefined
  /** Default `'snake_case'`. */
  readonly spelling?: 'snake_case' | 'camelCase' | undefined
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function supertokens(options: SupertokensOptions): Provider {
  const names = ['apiDomain', 'apiBasePath', 'spelling'] as const
  const fields = new PresetFields('supertokens', options, names)
  const domain = fields.url('apiDomain', 'https://api.example.com')
  const base = fields.text('apiBasePath') ?? '/auth'
  const dots = base.split('/').some((segment) => /^\.+$/.test(segment))
  if (dots || !/^(\/[\w.~-]+)*\/?$/.test(base)) {
    throw fields.refusal('apiBasePath', "must be a path such as '/auth'")
  }
  const spelling = fields.text('spelling') ?? 'snake_case'
  if (spelling !== 'snake_case' && spelling !== 'camelCase') {
    throw fields.refusal('spelling', "must be 'snake_case' or 'camelCase'")
  }
  return Object.freeze({
    name: 'SuperTokens',
    tokenEndpoint: `${domain}${base.replace(/\/$/, '')}/oauth/token`,
    secretMethod: spelling === 'camelCase' ? 'client_secret_post' : 'client_secret_basic_raw',
    spell: (request) => {
      refuseResource('SuperTokens', request)
      if (spelling === 'camelCase') {
        refuseParameters('SuperTokens', request, Object.values(camelCase))
      }
      return grantParameters(request)
    },
    ...(spelling === 'camelCase' ? { encode: camelCaseBody } : {}),
    read: (members) =>
      withClientError(spelling === 'camelCase' ? snakeCaseMembers(members) : members),
  } satisfies Provider)
}

/** The protocol's own names; extra parameters keep theirs. */
const camelCase: Readonly<Record<string, string>> = {
  grant_type: 'grantType',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  client_assertion: 'clientAssertion',
  client_assertion_type: 'clientAssertionType',
}

function camelCaseBody(parameters: FormParameters): EncodedBody {
  const members = parameters.map(([name, value]) => [
    Object.hasOwn(camelCase, name) ? camelCase[name] : name,
    name === 'scope' ? value.split(' ') : value,
  ])
  return { contentType: 'application/json', body: JSON.stringify(Object.fromEntries(members)) }
}

const spelled: Readonly<Record<string, string>> = {
  accessToken: 'access_token',
  expiresIn: 'expires_in',
  tokenType: 'token_type',
  errorDescription: 'error_description',
}

/** Both spellings are understood; the RFC's wins. */
function snakeCaseMembers(members: AnswerMembers): AnswerMembers {
  const renamed = Object.entries(spelled)
    .filter(([from, to]) => from in members && !(to in members))
    .map(([from, to]) => [to, members[from]])
  return withMembers(members, Object.fromEntries(renamed) as AnswerMembers)
}

/** An unknown client is refused in words of its own, not by a code. */
function withClientError(members: AnswerMembers): AnswerMembers {
  const { error } = members
  if (error !== 'Unable to locate the resource') return members
  return withMembers(members, { error: 'invalid_client', error_description: error })
}
