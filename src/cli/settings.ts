/**
 * The options that every command has: each stands for a variable of the environment and goes before
 * it. There is none for the secret itself, because a command line is seen by everybody on the machine.
 */
import { Option } from 'commander'
import type { Command } from 'commander'

/** What commander makes of {@link addSettings}. */
export interface SettingWords {
  readonly issuer?: string
  readonly tokenEndpoint?: string
  readonly provider?: string
  readonly providerOptions?: string
  readonly clientId?: string
  readonly clientSecret?: string | true
  readonly clientSecretFile?: string
  readonly clientAuthentication?: string
  readonly privateKeyFile?: string
  readonly privateKeyId?: string
  readonly privateKeyAlgorithm?: string
  readonly clientAssertionFile?: string
  readonly audience?: string
  readonly scope?: readonly string[]
  readonly resource?: readonly string[]
  readonly dpop?: true
  readonly allowInsecureHttp?: true
}

const rows: readonly (readonly [flags: string, help: string])[] = [
  ['--issuer <url>', 'the issuer; its endpoints are discovered (M2M_ISSUER)'],
  ['--token-endpoint <url>', 'the token endpoint; nothing is discovered (M2M_TOKEN_ENDPOINT)'],
  ['--provider <name>', 'whose server it is, e.g. okta, supertokens (M2M_PROVIDER)'],
  ['--provider-options <json>', 'what that preset has to know (M2M_PROVIDER_OPTIONS)'],
  ['--client-id <id>', 'who asks (M2M_CLIENT_ID)'],
  [
    '--client-secret-file <file>',
    'holds the secret; - is stdin (M2M_CLIENT_SECRET_FILE, or M2M_CLIENT_SECRET)',
  ],
  [
    '--client-authentication <method>',
    'client_secret_basic, _post or _jwt (M2M_CLIENT_AUTHENTICATION)',
  ],
  ['--private-key-file <file>', 'PEM or JWK, for private_key_jwt (M2M_PRIVATE_KEY_FILE)'],
  ['--private-key-id <kid>', 'what it is registered under (M2M_PRIVATE_KEY_ID)'],
  ['--private-key-algorithm <alg>', 'what it signs with (M2M_PRIVATE_KEY_ALGORITHM)'],
  ['--client-assertion-file <file>', 'workload identity (M2M_CLIENT_ASSERTION_FILE)'],
  ['--audience <name>', 'who the token is for (M2M_AUDIENCE)'],
]

/** The texts among them, as commander names them. */
export const settingNames: readonly string[] = [
  ...rows.map(([flags]) => camelCase(/^--([a-z-]+)/.exec(flags)?.[1] ?? '')),
  ...['scope', 'resource'],
]

function camelCase(option: string): string {
  return option.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase())
}

/** Adds the options that say whom to ask, as whom, and for what. */
export function addSettings(command: Command): Command {
  for (const [flags, help] of rows) command.option(flags, help)
  const collect = (word: string, before: readonly string[] = []) => [...before, word]
  return command
    .addOption(new Option('--scope <scope>', 'may be repeated (M2M_SCOPES)').argParser(collect))
    .addOption(
      new Option('--resource <uri>', 'resource indicator of RFC 8707; may be repeated').argParser(
        collect,
      ),
    )
    .option('--dpop', 'bind the token to a key of this process (M2M_DPOP)')
    .option('--allow-insecure-http', 'http to other machines (M2M_ALLOW_INSECURE_HTTP)')
    .addOption(new Option('--client-secret [secret]').hideHelp())
}
