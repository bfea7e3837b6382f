/**
 * What a healthy server grants for a token request (RFC 6749 section 4.4): audience and scopes as
 * asked, within the rights. Nobody's identity is looked at here. Pure.
 */
import type { ReceivedRequest } from './received-request.ts'
import { RefusedGrant } from './refused-grant.ts'
import { scopeList } from './scope-list.ts'

export interface GrantRules {
  readonly rights: ReadonlyMap<string, readonly string[]> | undefined
  /** The audience of a token for which none was asked. */
  readonly standardAudience: string
}

export interface Granted {
  readonly audiences: readonly string[]
  readonly scopes: readonly string[]
}

/** Parameters that may come more than once: RFC 8707 section 2, RFC 8693 section 2.1. */
const repeatable = ['resource', 'audience']

/** @throws {RefusedGrant} What is wrong with the request. */
export function checkForm({ method, headers, form }: ReceivedRequest): void {
  if (method !== 'POST') throw new RefusedGrant('invalid_request', 'the method is not POST')
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
    throw new RefusedGrant('invalid_request', 'the body is not application/x-www-form-urlencoded')
  }
  const names = [...form.keys()]
  const twice = names.find((name, at) => names.indexOf(name) !== at && !repeatable.includes(name))
  if (twice !== undefined) {
    throw new RefusedGrant('invalid_request', 'a parameter comes more than once')
  }
  const grantType = form.get('grant_type')
  if (grantType === null) throw new RefusedGrant('invalid_request', 'grant_type is missing')
  if (grantType === 'client_credentials') return
  throw new RefusedGrant('unsupported_grant_type', 'only client_credentials is granted here')
}

/** @throws {RefusedGrant} `invalid_target`, `invalid_scope` */
export function grantFor({ form }: ReceivedRequest, rules: GrantRules): Granted {
  const { rights, standardAudience } = rules
  const asked = [...new Set([...form.getAll('audience'), ...form.getAll('resource')])]
  const scopes = scopeList(form.get('scope') ?? '')
  if (rights === undefined) {
    return { audiences: asked.length === 0 ? [standardAudience] : asked, scopes }
  }
  const audiences = asked.length === 0 ? [...rights.keys()] : asked
  if (!audiences.every((audience) => rights.has(audience))) {
    throw new RefusedGrant('invalid_target', 'the client has no rights there')
  }
  const allowed = audiences.flatMap((audience) => rights.get(audience) ?? [])
  if (!scopes.every((scope) => allowed.includes(scope))) {
    throw new RefusedGrant('invalid_scope', 'the client has no right to such a scope there')
  }
  // Section 3.3: where no scope is asked for, the server may grant a standard one.
  return { audiences, scopes: scopes.length === 0 ? scopeList(allowed) : scopes }
}
