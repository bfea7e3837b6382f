/**
 * The variables that configure a manager from outside: their names, what each means, and a value to
 * begin with. Data; docs/environment.md and the command line's help say the same.
 */

/** One variable. */
export interface EnvironmentVariable {
  readonly name: EnvironmentVariableName
  readonly meaning: string
  /** A value of the right shape; never a real secret. */
  readonly example: string
}

export type EnvironmentVariableName =
  | 'M2M_ISSUER'
  | 'M2M_TOKEN_ENDPOINT'
  | 'M2M_CLIENT_ID'
  | 'M2M_CLIENT_SECRET'
  | 'M2M_CLIENT_SECRET_FILE'
  | 'M2M_CLIENT_AUTHENTICATION'
  | 'M2M_PRIVATE_KEY_FILE'
  | 'M2M_PRIVATE_KEY_ALGORITHM'
  | 'M2M_PRIVATE_KEY_ID'
  | 'M2M_CLIENT_ASSERTION_FILE'
  | 'M2M_PROVIDER'
  | 'M2M_PROVIDER_OPTIONS'
  | 'M2M_AUDIENCE'
  | 'M2M_SCOPES'
  | 'M2M_RESOURCES'
  | 'M2M_DPOP'
  | 'M2M_ALLOW_INSECURE_HTTP'

type Row = readonly [name: EnvironmentVariableName, meaning: string, example: string]

const rows: readonly Row[] = [
  [
    'M2M_ISSUER',
    'the issuer, exactly as its metadata spells it; the token endpoint is discovered',
    'https://auth.example.com',
  ],
  [
    'M2M_TOKEN_ENDPOINT',
    'the token endpoint; with it, nothing is discovered',
    'https://auth.example.com/oauth/token',
  ],
  ['M2M_CLIENT_ID', 'the client identifier', 'task-service'],
  ['M2M_CLIENT_SECRET', 'the client secret itself', 'fake-secret'],
  [
    'M2M_CLIENT_SECRET_FILE',
    'the file that holds the client secret; read again for every token request',
    '/run/secrets/client-secret',
  ],
  [
    'M2M_CLIENT_AUTHENTICATION',
    'how the secret is shown: client_secret_basic, client_secret_post or client_secret_jwt',
    'client_secret_post',
  ],
  [
    'M2M_PRIVATE_KEY_FILE',
    'the file that holds the private key, PEM or JWK, that signs assertions (private_key_jwt); read again for every token request',
    '/run/secrets/client-key.pem',
  ],
  ['M2M_PRIVATE_KEY_ALGORITHM', 'the algorithm that this key signs with', 'ES256'],
  ['M2M_PRIVATE_KEY_ID', 'the kid that this key is registered under', '2026-11'],
  [
    'M2M_CLIENT_ASSERTION_FILE',
    'the file that holds an assertion of the platform, such as a service account token; read again for every token request',
    '/var/run/secrets/tokens/m2m',
  ],
  ['M2M_PROVIDER', 'the preset of m2m-tokens/providers, by its name', 'auth0'],
  [
    'M2M_PROVIDER_OPTIONS',
    "that preset's options, as a JSON object",
    '{"domain":"example.eu.auth0.com"}',
  ],
  ['M2M_AUDIENCE', 'the audience of a request that names none', 'https://calendar.example.com'],
  ['M2M_SCOPES', 'the scopes of that request, with spaces between', 'event.view event.create'],
  [
    'M2M_RESOURCES',
    'the places that fetch may send tokens to, as a JSON object: URL prefix to token request',
    '{"https://calendar.example.com":{"audience":"event","scopes":["event.view"]}}',
  ],
  ['M2M_DPOP', 'whether tokens are bound to a key of this process: true or false', 'true'],
  ['M2M_ALLOW_INSECURE_HTTP', 'whether http may leave this machine: true or false', 'false'],
]

/** Every variable that is read, in the order in which one would set them. */
export const environmentVariables: readonly EnvironmentVariable[] = Object.freeze(
  rows.map(([name, meaning, example]) => Object.freeze({ name, meaning, example })),
)
