/** Mutants of credentials that are read: secrets in files, assertions of the platform, long-lived tokens. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const platform = 'rooms/client-auth/client-assertion'
const bearer = 'rooms/client-auth/bearer-credential'
const secret = 'rooms/client-auth/client-secret'
const methods = 'promises/client-authentication'
const discovery = 'promises/discovery'
const answers = 'promises/token-answers'
const secrets = 'promises/secrets-stay-secret'

export const credentialMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/client-auth/credential-source.ts',
    [discovery, answers, secret],
    [
      {
        id: 'secret-file-newline',
        rule: 'The last newline of a file is not part of the secret.',
        find: ".replace(/\\r?\\n$/, '')",
        replace: '',
      },
      {
        id: 'secret-empty',
        rule: 'An empty secret is not sent.',
        find: "if (value === '') throw problem",
        replace: 'if (false) throw problem',
      },
      {
        id: 'secret-cause',
        rule: 'What a secret’s function threw is kept without what hangs on it.',
        find: '{ cause: safeCause(cause, []) }',
        replace: '{ cause }',
        killers: [secret, secrets],
      },
      {
        id: 'secret-file-alone',
        rule: 'What has other fields beside file is refused.',
        find: ' || Object.keys(source).length !== 1',
        replace: '',
        killers: ['promises/bad-input', secret],
      },
      {
        id: 'secret-empty-at-once',
        rule: 'An empty secret is refused where it is written.',
        find: "if (source === '') throw wrong('is empty')",
        replace: '',
        killers: ['promises/bad-input', secret],
      },
      {
        id: 'secret-not-a-text',
        rule: 'What is no text is not sent.',
        find: "if (typeof value !== 'string') throw problem",
        replace: 'if (false) throw problem',
      },
      {
        id: 'secret-in-place-of-path',
        rule: 'A credential in the place of its path is refused.',
        find: 'if (!/[\\r\\n]|-----BEGIN|^\\s*\\{|^eyJ/.test(file)) return file',
        replace: 'return file',
        killers: ['security/credentials'],
      },
      {
        id: 'secret-path-hidden',
        rule: 'What is no path beyond doubt is not shown.',
        find: 'return isPlainPath(file) ? `the file ${file}`',
        replace: 'return true ? `the file ${file}`',
        killers: ['security/credentials'],
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/client-assertion.ts',
    [platform, methods],
    [
      {
        id: 'platform-again',
        rule: 'An assertion of the platform is read again after a refusal.',
        find: "rotates: typeof source !== 'string'",
        replace: 'rotates: false',
      },
      {
        id: 'platform-told',
        rule: 'A function is told whom the assertion is for.',
        find: 'read({ audience, clientId, tokenEndpoint })',
        replace: 'read({ audience: clientId, clientId, tokenEndpoint })',
      },
      {
        id: 'platform-trimmed',
        rule: 'What stands after an assertion in its file is not sent.',
        find: 'tokenEndpoint })).trim()',
        replace: 'tokenEndpoint }))',
      },
      {
        id: 'platform-blank',
        rule: 'A blank file is no assertion.',
        find: "if (assertion === '') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'platform-jwt',
        rule: 'What is not a JWT is refused by name.',
        find: 'if (claims === undefined) {',
        replace: 'if (claims === undefined) return\n  if (false) {',
      },
      {
        id: 'platform-expired',
        rule: 'An assertion that has expired is not sent.',
        find: 'if (exp !== undefined && exp * 1000 <= now) {',
        replace: 'if (false) {',
      },
      {
        id: 'platform-not-yet',
        rule: 'An assertion whose time has not come is not sent.',
        find: "if (typeof nbf === 'number' && nbf * 1000 > now + 60_000) {",
        replace: 'if (false) {',
        killers: ['security/credentials'],
      },
      {
        id: 'platform-same-key',
        rule: 'A function that signs anew each time has not changed its mind.',
        find: "typeof source === 'function' ? identityIn(assertion) : undefined",
        replace: 'undefined',
      },
      {
        id: 'platform-other-type',
        rule: 'An assertion of another type is not read.',
        find: 'if (type === jwtBearer) checkJwt',
        replace: 'checkJwt',
      },
      {
        id: 'platform-type-told',
        rule: 'An assertion of another type says so.',
        find: '{ type, credential })',
        replace: '{ credential })',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/bearer-credential.ts',
    [bearer],
    [
      {
        id: 'credential-header',
        rule: 'A credential that cannot stand in a header is refused.',
        find: 'if (!/^[\\x21-\\x7e]+$/.test(text)) return',
        replace: 'if (false) return',
      },
      {
        id: 'credential-expired',
        rule: 'A credential that has expired is not sent.',
        find: "if (typeof exp !== 'number' || exp * 1000 > now) return undefined",
        replace: 'return undefined',
      },
      {
        id: 'credential-trimmed',
        rule: 'What stands after a credential in its file is not sent.',
        find: '(await read()).trim()',
        replace: 'await read()',
      },
      {
        id: 'credential-hidden',
        rule: 'A credential is in no message.',
        find: 'secrets: [text]',
        replace: 'secrets: []',
      },
      {
        id: 'credential-again',
        rule: 'A credential in a file is read again after a refusal.',
        find: "rotates: typeof credential !== 'string'",
        replace: 'rotates: false',
      },
    ],
  ),
]
