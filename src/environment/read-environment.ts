/**
 * From variables to the options of a `TokenManager`. What is missing or wrong is refused by the
 * variable's name, and no value of a secret is repeated. Options that a caller passes beside it win,
 * and what they replace is not even read. Pure.
 */
import { ConfigurationError } from '../errors.ts'
import type { TokenManagerOptions } from '../options.ts'
import { isLoopback, parseSecureUrl } from '../secure-url.ts'
import type { Provider } from '../wire/provider.ts'
import { readCredential } from './credential.ts'
import { readProvider } from './preset.ts'
import { refusal, VariableReader } from './variable-reader.ts'
import type { EnvironmentVariableName } from './variables.ts'

/** Variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What is asked for where a call names nothing: `M2M_AUDIENCE` and `M2M_SCOPES`. */
export interface EnvironmentRequest {
  readonly audience?: string
  readonly scopes?: readonly string[]
}

export interface ReadEnvironment {
  readonly options: TokenManagerOptions
  readonly request: EnvironmentRequest
}

/** Options that replace what the environment says. */
export type Overrides = Partial<TokenManagerOptions>

/**
 * The options that the variables describe, and the request that they make the default. Only names
 * of `environmentVariables` are read; a blank value counts as not set, and no file is opened.
 *
 * @throws {ConfigurationError} `configuration_invalid`: `field` is the variable, and the message says
 *   what to set.
 */
export function readEnvironment(env: Environment): ReadEnvironment {
  return readVariables(new VariableReader(env), {})
}

/** @param given Options that win; those that are undefined have been taken out. */
export function readVariables(variables: VariableReader, given: Overrides): ReadEnvironment {
  const insecure = variablesOrGiven(given.allowInsecureHttp, () =>
    variables.flag('M2M_ALLOW_INSECURE_HTTP'),
  )
  const server = readServer(variables, given, insecure === true)
  const clientId = given.clientId ?? readClientId(variables)
  const ownCredential = given.clientSecret ?? given.clientAuthentication
  const provider = given.provider ?? server.provider
  const credential = ownCredential === undefined ? readCredential(variables, provider) : {}
  const request = readRequest(variables, server.provider)
  const options = {
    ...server,
    clientId,
    ...credential,
    resources: variablesOrGiven(given.resources, () => {
      return variables.object('M2M_RESOURCES') ?? ownPlace(request, insecure === true)
    }),
    dpop: variablesOrGiven(given.dpop, () => variables.flag('M2M_DPOP')),
    allowInsecureHttp: insecure,
    ...given,
  }
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  // One server, one client, one credential: each was found above, or refused.
  return { options: Object.fromEntries(set) as unknown as TokenManagerOptions, request }
}

function variablesOrGiven(given: unknown, read: () => unknown): unknown {
  return given === undefined ? read() : given
}

interface Server {
  readonly issuer?: string | undefined
  readonly tokenEndpoint?: string | undefined
  readonly provider?: Provider | undefined
}

/** Half of one server and half of another would show credentials to the wrong one. */
function readServer(variables: VariableReader, given: Overrides, insecure: boolean): Server {
  if (given.issuer !== undefined || given.tokenEndpoint !== undefined) return {}
  const provider = given.provider === undefined ? readProvider(variables) : undefined
  const knows = given.provider ?? provider
  const rules = { knows, isGiven: given.provider !== undefined, insecure }
  const issuer = readUrl(variables, 'M2M_ISSUER', rules)
  const tokenEndpoint = readUrl(variables, 'M2M_TOKEN_ENDPOINT', rules)
  const known = issuer ?? tokenEndpoint ?? knows?.issuer ?? knows?.tokenEndpoint
  if (known !== undefined) return { issuer, tokenEndpoint, provider }
  throw variables.missing(
    'M2M_ISSUER',
    'set it to the issuer, such as https://auth.example.com, or set M2M_TOKEN_ENDPOINT, or ' +
      'M2M_PROVIDER with M2M_PROVIDER_OPTIONS',
  )
}

function readUrl(
  variables: VariableReader,
  name: 'M2M_ISSUER' | 'M2M_TOKEN_ENDPOINT',
  rules: {
    readonly knows: Provider | undefined
    readonly isGiven: boolean
    readonly insecure: boolean
  },
): string | undefined {
  const isEndpoint = name === 'M2M_TOKEN_ENDPOINT'
  if (rules.knows?.[isEndpoint ? 'tokenEndpoint' : 'issuer'] !== undefined) {
    if (rules.isGiven || !variables.isSet(name)) return undefined
    throw refusal(name, `and M2M_PROVIDER both say where tokens come from; unset ${name}`)
  }
  const text = variables.text(name)
  if (text === undefined) return undefined
  const { problem } = parseSecureUrl(text, {
    allowInsecureHttp: rules.insecure,
    allowQuery: isEndpoint,
  })
  if (problem !== undefined) throw refusal(name, inVariableWords(problem))
  return text
}

/** Problems are told in the words of options; here they are set by variables. */
export function inVariableWords(problem: string): string {
  return problem
    .replace('set allowInsecureHttp', 'set M2M_ALLOW_INSECURE_HTTP=true')
    .replace(/^has the scheme \S+/, 'has another scheme')
}

function readClientId(variables: VariableReader): string {
  const clientId = variables.text('M2M_CLIENT_ID')
  if (clientId !== undefined) return clientId
  throw variables.missing('M2M_CLIENT_ID', 'set it to the id that this client is registered under')
}

// RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function readRequest(
  variables: VariableReader,
  provider: Provider | undefined,
): EnvironmentRequest {
  const audience = variables.text('M2M_AUDIENCE')
  const scopes = variables.value('M2M_SCOPES')?.split(/\s+/)
  const wrong = scopes?.findIndex((scope) => !scopeToken.test(scope)) ?? -1
  if (wrong >= 0) {
    throw refusal(
      'M2M_SCOPES',
      `has a scope, number ${wrong + 1}, with a quote, backslash, control or non-ASCII character; ` +
        'scopes stand side by side with spaces between, without quotes',
    )
  }
  const request = {
    ...(audience === undefined ? {} : { audience }),
    ...(scopes === undefined ? {} : { scopes }),
  }
  if (provider !== undefined && Object.keys(request).length > 0) checkSpelling(request, provider)
  return request
}

/** What a vendor cannot express is refused now, and not when somebody waits for a token. */
function checkSpelling({ audience, scopes = [] }: EnvironmentRequest, provider: Provider): void {
  try {
    provider.spell({ audience, scopes, resources: [], parameters: [] })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const name: EnvironmentVariableName = error.field === 'scopes' ? 'M2M_SCOPES' : 'M2M_AUDIENCE'
    throw refusal(name, `cannot be asked for so: ${error.message}`)
  }
}

/** An audience that is a URL says where its tokens go: there, and nowhere else. */
function ownPlace(
  request: EnvironmentRequest,
  insecure: boolean,
): Readonly<Record<string, EnvironmentRequest>> | undefined {
  const url = URL.parse(request.audience ?? '')
  if (url === null || url.origin.includes('*')) return undefined
  const plain = url.protocol === 'http:' && (insecure || isLoopback(url))
  return url.protocol === 'https:' || plain ? { [url.origin]: request } : undefined
}
