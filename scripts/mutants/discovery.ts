/** Mutants of discovery, and of what is repeated of texts from outside. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const discovery = 'promises/discovery'
const quoted = 'rooms/wire/quoted-text'
const room = 'rooms/wire/server-metadata'
const hourly = 'rooms/wire/renewed-hourly'
const named = 'rooms/issuer-metadata'
const location = 'rooms/verifier/key-location'

export const discoveryMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/issuer-metadata.ts',
    [named, room],
    [
      {
        id: 'metadata-rfc8414-inserted',
        rule: 'RFC 8414 inserts the well-known part before the path.',
        find: 'at(`/.well-known/oauth-authorization-server${path}`)',
        replace: 'at(`${path}/.well-known/oauth-authorization-server`)',
      },
      {
        id: 'metadata-openid-appended',
        rule: 'OpenID appends the well-known part to the path.',
        find: 'at(`${path}/.well-known/openid-configuration`)',
        replace: 'at(`/.well-known/openid-configuration${path}`)',
      },
      {
        id: 'metadata-not-own-machine',
        rule: 'A public issuer cannot name an endpoint on our own machine.',
        find: 'isOwnMachine(url) && !isOwnMachine(from)',
        replace: 'false',
        killers: [room, location],
      },
      {
        id: 'metadata-no-downgrade',
        rule: 'An https issuer cannot name an http endpoint.',
        find: '!downgraded && ',
        replace: '',
        killers: [room, location],
      },
      {
        id: 'metadata-downgrade-accepted',
        rule: 'Where the user accepts http, an https issuer may name it.',
        find: ' && !allowInsecureHttp',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/metadata-members.ts',
    [discovery, room],
    [
      {
        id: 'metadata-issuer',
        rule: 'Metadata of another issuer is not believed.',
        find: 'if (issuer !== trust.issuer) {',
        replace: 'if (false) {',
      },
      {
        id: 'metadata-issuer-exact',
        rule: 'The issuer is compared character by character.',
        find: 'if (issuer !== trust.issuer) {',
        replace: "if (issuer.replace(/[/]$/, '') !== trust.issuer) {",
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/renewed-hourly.ts',
    [hourly, room, discovery],
    [
      {
        id: 'metadata-failure-dropped',
        rule: 'A failed discovery is not kept.',
        find: ' || (isDue && failures > 0)',
        replace: '',
      },
      {
        id: 'metadata-hourly',
        rule: 'Metadata is renewed hourly.',
        find: 'renewAfterMs = 3_600_000',
        replace: 'renewAfterMs = 36_000_000',
        killers: [room],
      },
      {
        id: 'metadata-one-discovery',
        rule: 'Concurrent calls share one discovery.',
        find: ') known = begin()',
        replace: ') return begin()',
      },
      {
        id: 'metadata-one-renewal',
        rule: 'One renewal of the metadata at a time.',
        find: '    dueAt = Infinity\n    try {',
        replace: '    try {',
        killers: [room],
      },
      {
        id: 'metadata-renewal-pause',
        rule: 'A failed renewal of the metadata is tried again after a minute.',
        find: 'loadNow(() => retryRenewalAfterMs)',
        replace: 'loadNow(() => 0)',
        killers: [room],
      },
      {
        id: 'metadata-failures-in-a-row',
        rule: 'What was found ends the row of failures.',
        find: '      failures = 0\n',
        replace: '',
      },
      {
        id: 'metadata-failing-clock',
        rule: 'A clock that throws takes nothing away.',
        find: '  } catch {\n    return -Infinity',
        replace: '  } catch (error) {\n    throw error',
      },
      {
        id: 'metadata-failure-observed',
        rule: 'A failed discovery that nobody waits for ends no process.',
        find: '    first.catch(() => undefined)\n',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/metadata-document.ts',
    [room, discovery],
    [
      {
        id: 'metadata-no-redirect',
        rule: 'A redirect of the metadata is not followed.',
        find: "redirect: 'manual'",
        replace: "redirect: 'follow'",
      },
      {
        id: 'metadata-5xx-retried',
        rule: 'A 5xx of the issuer is a passing fault.',
        find: 'if (status < 500 && ',
        replace: 'if (',
      },
      {
        id: 'metadata-429-retried',
        rule: 'A 429 of the issuer is a passing fault.',
        find: 'status !== 429 && ',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/quoted-text.ts',
    [quoted, 'promises/secrets-stay-secret'],
    [
      {
        id: 'quote-cut',
        rule: 'Quoted text is cut to 200 characters.',
        find: 'const longest = 200',
        replace: 'const longest = 300',
      },
      {
        id: 'quote-controls',
        rule: 'Quoted text has no control characters.',
        find: 'const line = withoutControls(text.slice(0, longestRead))',
        replace: 'const line = text.slice(0, longestRead)',
      },
      {
        id: 'quote-secrets',
        rule: 'Quoted text holds nothing that we sent as a secret.',
        find: 'withoutTokens(withoutSecrets(whole, secrets))',
        replace: 'withoutTokens(whole)',
      },
      {
        id: 'quote-tokens',
        rule: 'Quoted text holds nothing that looks like a token.',
        find: 'withoutTokens(withoutSecrets(whole, secrets))',
        replace: 'withoutSecrets(whole, secrets)',
      },
      {
        id: 'quote-longest-first',
        rule: 'A secret that holds another one is hidden whole.',
        find: '    .sort((a, b) => b.length - a.length)\n',
        replace: '',
      },
      {
        id: 'quote-edge',
        rule: 'No half of a secret survives where reading stopped.',
        find: 'text.length <= longestRead ? line : withoutEdge(line, secrets)',
        replace: 'line',
      },
      {
        id: 'quote-base64',
        rule: 'A secret is also hidden in base64.',
        find: '    base64,\n',
        replace: '',
      },
      {
        id: 'quote-form-encoded',
        rule: 'A secret is also hidden as a form has it.',
        find: '    encoded,\n    encoded.replace(',
        replace: '    encoded.replace(',
      },
      {
        id: 'quote-cause-only-text',
        rule: 'Of a foreign error only name, code and message are kept, cleaned.',
        find: "new Error(quote(given.message, secrets) ?? 'no message')",
        replace: 'new Error(String(given.message))',
      },
    ],
  ),
]
