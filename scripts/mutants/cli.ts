/** Mutants of the command line: what it prints, where it sends, and what the doctor makes of answers. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const token = 'cli/token-command'
const fetched = 'cli/fetch-command'
const doctor = 'cli/doctor'
const resource = 'cli/doctor-resource'
const judgements = 'rooms/cli/judgements'
const methods = 'rooms/cli/methods'

const commands: readonly Mutant[] = [
  ...mutantsOf(
    'src/cli/read-settings.ts',
    [token, methods],
    [
      {
        id: 'cli-secret-typed',
        rule: 'A secret on the command line is refused.',
        find: 'if (words.clientSecret !== undefined) throw secretTyped()',
        replace: '',
      },
      {
        id: 'cli-typed-replaces',
        rule: 'What is typed takes the place of what it cannot stand beside.',
        find: 'filter(([name]) => !replaced.has(name))',
        replace: 'filter(() => true)',
      },
      {
        id: 'cli-stdin-empty',
        rule: 'A secret that does not come from stdin is said to be missing there.',
        find: "if (text !== '') return text",
        replace: 'return text',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/program.ts',
    ['cli/program'],
    [
      {
        id: 'cli-no-echo',
        rule: 'What stands behind an unknown option is not repeated.',
        find: 'write(withoutValue(text))',
        replace: 'write(text)',
      },
      {
        id: 'cli-usage-code',
        rule: 'A slip of the pen is exit code 2.',
        find: 'error.exitCode === 0 ? exitCodes.ok : exitCodes.usage',
        replace: 'error.exitCode === 0 ? exitCodes.ok : exitCodes.failed',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/failure.ts',
    [token],
    [
      {
        id: 'cli-local-failure',
        rule: 'A credential that cannot be read is exit code 2.',
        find: "['ConfigurationError', 'ClientAuthenticationError']",
        replace: "['ConfigurationError']",
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/fetch-command.ts',
    [fetched],
    [
      {
        id: 'cli-fetch-unlisted',
        rule: 'A URL that M2M_RESOURCES does not list may be typed all the same.',
        find: "error.code === 'origin_not_listed') return false",
        replace: "error.code === 'origin_not_listed') return true",
      },
      {
        id: 'cli-fetch-listed',
        rule: 'M2M_RESOURCES says which token a listed URL gets.',
        find: 'return tokens[bearerRoute](url) !== undefined',
        replace: 'return false',
      },
      {
        id: 'cli-fetch-typed-first',
        rule: 'What is typed goes before M2M_RESOURCES.',
        find: 'some((word) => word !== undefined)) return false',
        replace: 'some((word) => word !== undefined)) url.hash = ""',
      },
      {
        id: 'cli-fetch-fail',
        rule: '--fail is about 400 and more.',
        find: 'response.status >= 400',
        replace: 'response.status >= 399',
      },
      {
        id: 'cli-reader-left',
        rule: 'Where nobody reads any more, nothing more is read.',
        find: 'if (!(await to.write(chunk))) return',
        replace: 'await to.write(chunk)',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/io.ts',
    ['cli/process'],
    [
      {
        id: 'cli-broken-pipe',
        rule: 'A reader that leaves early is no error.',
        find: "'code' in error && error.code === 'EPIPE'",
        replace: 'false',
      },
    ],
  ),
]

const examination: readonly Mutant[] = [
  ...mutantsOf(
    'src/cli/doctor/token-step.ts',
    [doctor],
    [
      {
        id: 'doctor-ends-asking',
        rule: 'An answer that no other method could change ends the asking.',
        find: 'if (attempt.token === undefined && !isAboutClient(attempt)) break',
        replace: '',
      },
      {
        id: 'doctor-method-unsupported',
        rule: 'No secret goes to a server that lists no method with one.',
        find: 'if (ways.configured === undefined) return alone(unsupported(server.authMethods ?? []))',
        replace:
          "ways.configured === undefined && Object.assign(ways, { configured: 'client_secret_basic' })",
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/examine.ts',
    [resource, doctor],
    [
      {
        id: 'doctor-hides',
        rule: 'A secret that a page or redirect repeats is hidden.',
        find: 'explanation: hidden(one.explanation)',
        replace: 'explanation: one.explanation',
      },
      {
        id: 'doctor-reads-as-asked',
        rule: 'An answer is read in the spelling that was asked in.',
        find: 'members: provider?.read?.(given) ?? given',
        replace: 'members: given',
        killers: ['cli/doctor-metadata'],
      },
      {
        id: 'doctor-metadata-milder',
        rule: 'Metadata that are not needed are no problem.',
        find: "finding.level === 'problem' ? { ...finding, level: 'warning' } : finding",
        replace: 'finding',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/other-spelling.ts',
    ['cli/doctor-metadata'],
    [
      {
        id: 'doctor-spelling-understood',
        rule: 'Another spelling is the cause only where it is understood.',
        find: 'if (!understood) return undefined',
        replace: 'void understood',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/probe.ts',
    [doctor, 'cli/doctor-metadata'],
    [
      {
        id: 'doctor-no-redirect',
        rule: 'The doctor follows no redirect.',
        find: "redirect: 'manual'",
        replace: "redirect: 'follow'",
      },
      {
        id: 'doctor-time-limit',
        rule: 'A request that gets no answer is one that failed, once.',
        find: 'this.exchanges[index] = { ...begun',
        replace: 'this.exchanges[this.exchanges.length] = { ...begun',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/signature.ts',
    [resource],
    [
      {
        id: 'doctor-signature',
        rule: 'A signature is checked.',
        find: 'await compactVerify(accessToken, set)',
        replace: 'void [compactVerify, accessToken, set]',
      },
      {
        id: 'doctor-own-origin',
        rule: 'An issuer that a token names is asked only at its own token endpoint.',
        find: ' || url?.origin !== server.tokenEndpoint?.origin) return undefined',
        replace: ') return undefined',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/resource.ts',
    [resource],
    [
      {
        id: 'doctor-resource-error-body',
        rule: 'A 200 with an error in its body is a refusal.',
        find: 'error !== undefined && error !== null && error !== false',
        replace: 'false',
      },
      {
        id: 'doctor-bound-token',
        rule: 'A token that is bound to a key is not sent without its proof.',
        find: "if (token.tokenType !== 'Bearer') return undefined",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-clock.ts',
    [judgements],
    [
      {
        id: 'doctor-clock-on-its-way',
        rule: 'What the way of an answer explains is no skew.',
        find: 'if (instantMs > toMs) return instantMs - toMs',
        replace: 'if (instantMs > fromMs) return instantMs - fromMs',
      },
      {
        id: 'doctor-clock-cached-token',
        rule: 'An iat of the past alone says nothing: tokens are cached.',
        find: 'return aheadMs > 0 || dated ? aheadMs : undefined',
        replace: 'return dated ? aheadMs : aheadMs',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-token.ts',
    [judgements],
    [
      {
        id: 'doctor-audience-told',
        rule: 'A foreign audience is a problem only where the server was told the right one.',
        find: 'exchange.recipients.some((told) => told.includes(one))',
        replace: 'exchange.recipients.length >= 0 && one !== ""',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/methods.ts',
    [methods, doctor],
    [
      {
        id: 'doctor-listed-methods',
        rule: 'Only methods that the metadata list are compared.',
        find: 'allowed.includes(way) && ',
        replace: '',
      },
    ],
  ),
]

export const cliMutants: readonly Mutant[] = [...commands, ...examination]
