/** `M2M_PROVIDER` and its options: a preset by its name. Nothing is sent. */
import { ConfigurationError } from '../errors.ts'
import { nearest } from '../field-reader.ts'
import {
  auth0,
  cognito,
  entra,
  hydra,
  keycloak,
  m2mAuth,
  nodeOauth2Server,
  okta,
  standard,
  supertokens,
  zitadel,
} from '../providers/index.ts'
import type { Provider } from '../wire/provider.ts'
import { refusal } from './variable-reader.ts'
import type { VariableReader } from './variable-reader.ts'

const presets = Object.freeze({
  ...{ auth0, cognito, entra, hydra, keycloak, m2mAuth, nodeOauth2Server, okta, standard },
  ...{ supertokens, zitadel },
})
const names = Object.keys(presets)

export function readProvider(variables: VariableReader): Provider | undefined {
  const name = variables.value('M2M_PROVIDER')
  const options = variables.object('M2M_PROVIDER_OPTIONS')
  if (name === undefined) {
    if (options === undefined) return undefined
    throw refusal('M2M_PROVIDER_OPTIONS', 'is for M2M_PROVIDER, which is not set; set it too')
  }
  if (!isPreset(name)) {
    const best = nearest(name, names)
    const hint = best === undefined ? '' : `; did you mean ${best}?`
    throw refusal('M2M_PROVIDER', `must be one of ${names.join(', ')}${hint}`)
  }
  if (name !== 'standard') return made(name, options)
  if (options === undefined) return standard()
  throw refusal('M2M_PROVIDER_OPTIONS', 'is set, and M2M_PROVIDER is standard, which has none')
}

type Preset = keyof typeof presets

function isPreset(name: string): name is Preset {
  return names.includes(name)
}

function made(name: Preset, options: Readonly<Record<string, unknown>> | undefined): Provider {
  try {
    // Every preset reads its options as strangers' and says what is wrong with them.
    return (presets[name] as (options: unknown) => Provider)(options ?? {})
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const state = options === undefined ? 'is not set' : 'is wrong'
    throw refusal('M2M_PROVIDER_OPTIONS', `${state}: ${error.message}; here it is written as JSON`)
  }
}
