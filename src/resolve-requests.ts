/** The options that hold token requests, and how a request is read for this manager. Pure. */
import { withoutCredentials } from './bearer/audience-map.ts'
import { ConfigurationError } from './errors.ts'
import { isPlainObject, kind } from './field-reader.ts'
import type { FieldReader, FieldSubject } from './field-reader.ts'
import type { RequestReader } from './request/request-arguments.ts'
import { parametersOf, parseTokenRequest } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'
import { parseSecureUrl } from './secure-url.ts'
import { standardProvider } from './wire/provider.ts'
import type { Provider } from './wire/provider.ts'

/** How requests are read for one manager and its server. */
export interface RequestRules {
  /** The canonical form, with the manager's own parameters below the request's. */
  readonly parse: RequestReader
  /** @throws {ConfigurationError} what the provider cannot express. */
  readonly check: (request: TokenRequest, subject?: FieldSubject) => void
  /** Both. */
  readonly read: RequestReader
}

export function requestRules(fields: FieldReader, provider: Provider): RequestRules {
  const parameters = parametersOf(fields.unknown('parameters') ?? {}, (problem) =>
    fields.refusal('parameters', problem),
  )
  const parse: RequestReader = (input, subject) => parseTokenRequest(input, parameters, subject)
  const check: RequestRules['check'] = (request, subject) => {
    checkSpelling(provider, request, subject)
  }
  const read: RequestReader = (input, subject) => {
    const request = parse(input, subject)
    check(request, subject)
    return request
  }
  return { parse, check, read }
}

function checkSpelling(
  provider: Provider,
  request: TokenRequest,
  subject: FieldSubject | undefined,
): void {
  try {
    provider.spell(request)
  } catch (error) {
    if (!(error instanceof ConfigurationError) || subject?.path === undefined) throw error
    const field = `${subject.path}${error.field ?? ''}`
    throw new ConfigurationError(subject.code, `${field}: ${error.message}`, { field })
  }
}

/** One entry of `resources`. */
export interface ListedResource {
  readonly request: TokenRequest
  /** Where to ask what to ask for, where the entry does not say (RFC 9728). */
  readonly discoverAt: URL | undefined
}

export function readResources(
  fields: FieldReader,
  read: RequestReader,
  provider: Provider,
): [string, ListedResource][] {
  const discovers = fields.boolean('discoverResources', false)
  if (discovers && provider !== standardProvider) {
    throw fields.refusal(
      'discoverResources',
      `asks for tokens by resource, which ${provider.name} does not know; leave it out, and name the audience of each entry`,
    )
  }
  const resources = fields.unknown('resources') ?? {}
  if (!isPlainObject(resources)) {
    throw fields.refusal('resources', `must be an object of URL prefixes, not ${kind(resources)}`)
  }
  return Object.entries(resources).map(([prefix, request]) => {
    const shown = withoutCredentials(prefix)
    const wanted = read(request, entry(`resources.${shown}`))
    const isWritten = wanted.audience !== undefined || wanted.resources.length > 0
    const place = discovers && !isWritten ? URL.parse(prefix) : null
    return [prefix, Object.freeze({ request: wanted, discoverAt: place ?? undefined })]
  })
}

export function readKeepWarm(fields: FieldReader, read: RequestReader): readonly TokenRequest[] {
  const requests = fields.unknown('keepWarm') ?? []
  if (!Array.isArray(requests))
    throw fields.refusal('keepWarm', 'must be an array of token requests')
  return Object.freeze(
    // Not `map`, which would skip a hole.
    Array.from(requests, (request, i) => read(request, entry(`keepWarm.${i}`))),
  )
}

/** Whom a resource may name as its authorization server: the manager's own, and those listed. */
export function readAllowedIssuers(
  fields: FieldReader,
  rules: { readonly issuer: string | undefined; readonly allowInsecureHttp: boolean },
): readonly string[] {
  const listed = fields.unknown('allowedIssuers')
  const discovers = fields.boolean('discoverResources', false)
  if (listed !== undefined && !discovers) {
    throw fields.refusal(
      'allowedIssuers',
      'is for discoverResources: true alone; set it, or leave this out',
    )
  }
  if (listed !== undefined && !Array.isArray(listed)) {
    throw fields.refusal('allowedIssuers', 'must be an array of issuers')
  }
  const issuers = Array.from((listed ?? []) as unknown[], (issuer) => {
    const { problem } =
      typeof issuer === 'string'
        ? parseSecureUrl(issuer, rules)
        : { problem: `holds ${kind(issuer)}` }
    if (problem !== undefined) throw fields.refusal('allowedIssuers', problem)
    return issuer as string
  })
  const allowed = rules.issuer === undefined ? issuers : [rules.issuer, ...issuers]
  if (!discovers || allowed.length > 0) return Object.freeze(allowed)
  throw fields.refusal(
    'allowedIssuers',
    'is empty and there is no issuer, so every resource would be refused',
  )
}

function entry(path: string): FieldSubject {
  return { what: `${path}: field`, code: 'configuration_invalid', path: `${path}.` }
}
