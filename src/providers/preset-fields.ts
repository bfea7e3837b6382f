/** What presets share: how their fields are read, and how what a vendor cannot do is refused. Pure. */
import type { ConfigurationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { parseSecureUrl } from '../secure-url.ts'
import { cannot } from '../wire/provider.ts'
import type { AnswerMembers } from '../wire/provider.ts'

/** The fields of one preset, each read once; what it does not know is refused by name. */
export class PresetFields<Name extends string> {
  readonly #fields: FieldReader
  readonly #preset: string

  constructor(preset: string, options: unknown, names: readonly Name[]) {
    const what = `${preset} field`
    this.#preset = preset
    this.#fields = new FieldReader(options, names, { what, code: 'configuration_invalid' })
  }

  refusal(name: Name, problem: string): ConfigurationError {
    return this.#fields.refusal(name, problem)
  }

  text(name: Name): string | undefined {
    return this.#fields.text(name)
  }

  unknown(name: Name): unknown {
    return this.#fields.unknown(name)
  }

  /** @param example What a right value looks like. */
  required(name: Name, example: string): string {
    const value = this.text(name)
    if (value !== undefined) return value
    throw this.refusal(name, `is missing; e.g. ${this.#preset}({ ${name}: '${example}' })`)
  }

  /** A URL without its last slashes, to which a path is added. */
  url(name: Name, example: string): string {
    return this.#secureUrl(name, example, false).replace(/\/+$/, '')
  }

  /** A URL as it is; it may have a query. */
  endpoint(name: Name, example: string): string {
    return this.#secureUrl(name, example, true)
  }

  #secureUrl(name: Name, example: string, allowQuery: boolean): string {
    const text = this.required(name, example)
    // Whether http may leave this machine is the manager's decision, and it looks again.
    const { problem } = parseSecureUrl(text, { allowInsecureHttp: true, allowQuery })
    if (problem !== undefined) throw this.refusal(name, problem)
    return text
  }

  /** A host name alone, as vendors print it; `https://` before it is taken off. */
  host(name: Name, example: string): string {
    const text = this.required(name, example)
      .replace(/^https:\/\//, '')
      .replace(/\/$/, '')
    const url = URL.parse(`https://${text}`)
    if (url?.host === text.toLowerCase() && url.pathname === '/') return url.host
    throw this.refusal(name, `must be a host name such as ${example}`)
  }

  /** One segment of a path. */
  segment(name: Name, example: string): string {
    const text = this.required(name, example)
    if (/^[\w.~-]+$/.test(text) && !/^\.+$/.test(text)) return text
    throw this.refusal(name, `must be a name such as ${example}, without slashes or spaces`)
  }
}

/** An answer's members with some of them replaced; on no prototype, as they came. */
export function withMembers(members: AnswerMembers, changed: AnswerMembers): AnswerMembers {
  return Object.assign(Object.create(null) as object, members, changed) as AnswerMembers
}

export function refuseResource(vendor: string, { resources }: TokenRequest): void {
  if (resources.length > 0) throw cannot(vendor, 'resource', 'is not known there; name an audience')
}

/** For vendors that have their own words for what the protocol uses: extra parameters may not be those. */
export function refuseParameters(
  vendor: string,
  { parameters }: TokenRequest,
  names: readonly string[],
): void {
  const lower = names.map((name) => name.toLowerCase())
  const taken = parameters.find(([name]) => lower.includes(name.toLowerCase()))
  if (taken === undefined) return
  throw cannot(vendor, 'parameters', `holds '${taken[0]}', which is set by the request itself`)
}

/** For vendors that put the audience into the scope, where a space would begin another scope. */
export function checkScopeText(vendor: string, audience: string): void {
  if (/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(audience)) return
  throw cannot(
    vendor,
    'audience',
    'becomes part of a scope there, and holds a space or another character that no scope can hold (RFC 6749 section 3.3)',
  )
}

/**
 * For a server whose tokens all have one audience: that one may be named, and says nothing; another
 * one cannot be had there.
 */
export function checkFixedAudience(
  vendor: string,
  { audience }: TokenRequest,
  fixed: string | undefined,
): void {
  if (audience === undefined || audience === fixed) return
  throw cannot(
    vendor,
    'audience',
    fixed === undefined
      ? `is fixed by the server, so '${audience}' cannot be asked for; leave it out, or tell the preset which one it is: { audience: '${audience}' }`
      : `is '${fixed}' for all tokens of this server, so '${audience}' cannot be asked for; use the manager of the server that issues it`,
  )
}
