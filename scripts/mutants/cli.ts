/** Mutants of the command line: what it takes, what it prints, and where it sends. */
import { doctorMutants } from './cli-doctor.ts'
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const token = 'cli/token-command'
const fetched = 'cli/fetch-command'
const places = 'cli/fetch-places'
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
        id: 'cli-typed-server',
        rule: 'A server that is typed takes the place of a vendor’s preset.',
        find: "M2M_ISSUER: ['M2M_TOKEN_ENDPOINT', ...preset]",
        replace: "M2M_ISSUER: ['M2M_TOKEN_ENDPOINT']",
      },
      {
        id: 'cli-typed-preset',
        rule: 'The standard preset keeps the server of the environment.',
        find: "?? 'standard') !== 'standard'",
        replace: "?? 'standard') !== ''",
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
    'src/cli/request-for-url.ts',
    [places, fetched],
    [
      {
        id: 'cli-fetch-listed',
        rule: 'M2M_RESOURCES says which token a listed URL gets.',
        find: 'if (entry !== undefined) return',
        replace: 'if (entry === request) return',
      },
      {
        id: 'cli-fetch-refined',
        rule: 'What is typed goes before that part of the entry, and keeps the rest.',
        find: '{ ...entry, ...typed }',
        replace: '{ ...typed, ...entry }',
      },
      {
        id: 'cli-fetch-refined-rest',
        rule: 'What is typed keeps the rest of the entry.',
        find: 'request: { ...entry, ...typed }',
        replace: 'request: isTyped ? request : entry',
      },
      {
        id: 'cli-fetch-other-place',
        rule: 'A token for another place is sent where its audience was typed alone.',
        find: 'if (typed.audience === undefined) refuseOtherPlace(request.audience, url)',
        replace: 'void refuseOtherPlace',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/typed-url.ts',
    [places, 'cli/doctor-settings'],
    [
      {
        id: 'cli-typed-url',
        rule: 'No token goes to another machine by http, nor to what is no place.',
        find: 'if (url !== undefined) return url',
        replace: 'if (problem !== "") return new URL(text)',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/make-manager.ts',
    [places, 'cli/doctor-settings'],
    [
      {
        id: 'cli-variable-named',
        rule: 'What only the manager can see is told by its variable.',
        find: 'throw inVariables(error, {}, new VariableReader(variables))',
        replace: 'throw error ?? inVariables(error, {}, new VariableReader(variables))',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/fetch-command.ts',
    [places, fetched],
    [
      {
        id: 'cli-stdin-once',
        rule: 'stdin that is named twice is refused.',
        find: 'if (readings < 2) return',
        replace: 'if (readings < 9) return',
      },
      {
        id: 'cli-own-authorization',
        rule: 'With an Authorization of the caller’s own nothing of ours is needed.',
        find: 'if (ownAuthorization) {',
        replace: 'if (ownAuthorization && init.body !== undefined) {',
      },
      {
        id: 'cli-hint',
        rule: 'A hint has nothing of a query.',
        find: '${endpointName(url)}',
        replace: '${text}',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/fetch-body.ts',
    [places],
    [
      {
        id: 'cli-request-first',
        rule: 'What no request can be made of is refused before a token is asked for.',
        find: '  checkRequest(url, init)\n',
        replace: '  void checkRequest\n',
      },
      {
        id: 'cli-connection-header',
        rule: 'A header of the connection is refused before a token is asked for.',
        find: '  checkHeaders(headers, body?.length)\n',
        replace: '  void checkHeaders\n',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/fetch-answer.ts',
    [fetched],
    [
      {
        id: 'cli-fetch-fail',
        rule: '--fail is about 400 and more.',
        find: 'response.status >= 400',
        replace: 'response.status >= 399',
      },
      {
        id: 'cli-reader-left',
        rule: 'Where nobody reads any more, nothing more is read.',
        find: 'if (!(await write(chunk))) return',
        replace: 'await write(chunk)',
      },
      {
        id: 'cli-full-disk',
        rule: 'What could not be written is a failure.',
        find: 'await file.writeFile(chunk)',
        replace: 'await file.writeFile(chunk).catch(() => undefined)',
        killers: ['cli/process'],
      },
      {
        id: 'cli-decoded-headers',
        rule: 'Headers of the coded body are not shown beside the decoded one.',
        find: '.filter(([name]) => !over.includes(name))',
        replace: '.filter(([name]) => name !== "" || over.includes(name))',
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

export const cliMutants: readonly Mutant[] = [...commands, ...doctorMutants]
