/** What is to be examined: the settings, taken apart. */
import type { ClientAuthentication } from '../../client-auth/client-authentication.ts'
import type { ClientSecret } from '../../client-auth/client-secret.ts'
import type { CommonOptions } from '../../options.ts'
import type { TokenRequestInput } from '../../request/token-request.ts'
import type { Provider } from '../../wire/provider.ts'
import type { Settings } from '../read-settings.ts'
import { requestForUrl } from '../request-for-url.ts'
import type { Asked } from './token-evidence.ts'
import { textsIn } from './plain-text.ts'

/** A secret can be shown in several ways; anything else in its own. */
export type Credential =
  | { readonly kind: 'secret'; readonly source: ClientSecret; readonly wanted: string | undefined }
  | {
      readonly kind: 'own'
      readonly way: string
      readonly authentication: ClientAuthentication
    }

export interface DoctorCase {
  /** Everything but server and credential. */
  readonly options: CommonOptions
  readonly issuer: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly provider: Provider | undefined
  readonly credential: Credential
  readonly request: TokenRequestInput
  readonly asked: Asked
  readonly resourceUrl: URL | undefined
  readonly allowInsecureHttp: boolean
  /** `HTTPS_PROXY` and its like, where Node does not use it. */
  readonly unusedProxy: string | undefined
}

/** @throws {UsageError} the default audience is another place than this URL. */
export function doctorCase(settings: Settings, resourceUrl: URL | undefined): DoctorCase {
  const { options, variables } = settings
  const { issuer, tokenEndpoint, clientSecret, clientAuthentication, ...common } = options
  const { provider, allowInsecureHttp = false } = common
  // The token that is examined is the one that 'fetch' would send there.
  const request =
    resourceUrl === undefined ? settings.request : requestForUrl(settings, resourceUrl).request
  const secret = clientSecret ?? secretIn(variables)
  const isBearer = clientAuthentication?.method === 'bearer_credential'
  const own = clientAuthentication !== undefined && (isBearer || secret === undefined)
  return {
    options: common,
    issuer: issuer ?? provider?.issuer,
    tokenEndpoint: tokenEndpoint ?? provider?.tokenEndpoint,
    provider,
    credential: own
      ? { kind: 'own', way: clientAuthentication.method, authentication: clientAuthentication }
      : {
          kind: 'secret',
          source: secret ?? '',
          wanted: variables['M2M_CLIENT_AUTHENTICATION']?.trim() || undefined,
        },
    request,
    asked: askedOf(request),
    resourceUrl,
    allowInsecureHttp,
    unusedProxy: unusedProxyIn(variables),
  }
}

/** Also where the way of showing it is configured; blank is not set, as the environment is read. */
function secretIn(variables: Settings['variables']): ClientSecret | undefined {
  const [text, file] = ['M2M_CLIENT_SECRET', 'M2M_CLIENT_SECRET_FILE'].map((name) =>
    variables[name]?.trim(),
  )
  if (text !== undefined && text !== '') return text
  return file === undefined || file === '' ? undefined : { file }
}

function askedOf({ audience, scopes = [], resource = [] }: TokenRequestInput): Asked {
  return {
    audience: [...(audience === undefined ? [] : [audience]), ...textsIn(resource)],
    scopes: textsIn(scopes).flatMap((text) => text.split(' ').filter(Boolean)),
  }
}

function unusedProxyIn(variables: Settings['variables']): string | undefined {
  if (variables['NODE_USE_ENV_PROXY'] === '1') return undefined
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
  return names.find((name) => (variables[name] ?? '') !== '')
}
