/**
 * Makes something of the environment's options and a caller's own, and names the variable where
 * only the maker could see what is wrong with it. Reads `process.env` unless told otherwise.
 */
import { ConfigurationError } from '../errors.ts'
import { isPlainObject, kind } from '../field-reader.ts'
import type { TokenManagerOptions } from '../options.ts'
import { credentialVariables } from './credential.ts'
import { inVariableWords, readVariables } from './read-environment.ts'
import type { Environment, EnvironmentRequest, Overrides } from './read-environment.ts'
import { VariableReader } from './variable-reader.ts'
import type { EnvironmentVariableName } from './variables.ts'

/** Options that win over the environment, and the environment to read. */
export type EnvironmentOptions = Partial<TokenManagerOptions> & {
  /** The variables. Default: `process.env`, as it is when the call is made. */
  readonly env?: Environment | undefined
}

export interface FromEnvironment<Made> {
  readonly made: Made
  readonly request: EnvironmentRequest
}

export function makeFromEnvironment<Made>(
  settings: EnvironmentOptions,
  create: (options: TokenManagerOptions) => Made,
): FromEnvironment<Made> {
  if (!isPlainObject(settings)) {
    const message = `fromEnvironment takes an object of TokenManager options and env, not ${kind(settings)}`
    throw new ConfigurationError('configuration_invalid', message)
  }
  const { env = process.env, ...own } = settings
  const set = Object.entries(own).filter(([, value]) => value !== undefined)
  // Undefined means the environment's, as it means the default elsewhere.
  const given = Object.fromEntries(set) as Overrides
  const variables = new VariableReader(env)
  const { options, request } = readVariables(variables, given)
  try {
    return { made: create(options), request }
  } catch (error) {
    throw inVariables(error, given, variables)
  }
}

/** The same error, by the name of the variable; as it is where an option of the caller's is wrong. */
export function inVariables(error: unknown, given: Overrides, variables: VariableReader): unknown {
  if (!(error instanceof ConfigurationError) || error.field === undefined) return error
  const option = error.field.split('.')[0] ?? ''
  const name = Object.hasOwn(given, option) ? undefined : variableOf(option, error.field, variables)
  if (name === undefined) return error
  const message = `${name} cannot be used: ${inVariableWords(error.message)}`
  return new ConfigurationError(error.code, message, { field: name })
}

const variableOfOption: Readonly<Record<string, EnvironmentVariableName>> = {
  issuer: 'M2M_ISSUER',
  tokenEndpoint: 'M2M_TOKEN_ENDPOINT',
  provider: 'M2M_PROVIDER',
  clientId: 'M2M_CLIENT_ID',
  dpop: 'M2M_DPOP',
}

function variableOf(
  option: string,
  field: string,
  variables: VariableReader,
): EnvironmentVariableName | undefined {
  if (option === 'clientSecret' || option === 'clientAuthentication') {
    return credentialVariables.find((name) => variables.isSet(name))
  }
  if (option !== 'resources') {
    return Object.hasOwn(variableOfOption, option) ? variableOfOption[option] : undefined
  }
  if (variables.isSet('M2M_RESOURCES')) return 'M2M_RESOURCES'
  return field.endsWith('.scopes') ? 'M2M_SCOPES' : 'M2M_AUDIENCE'
}
