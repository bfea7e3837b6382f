/** Mutants of the environment: which variables are believed, what is shown, what wins. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const read = 'rooms/environment/read-environment'
const json = 'rooms/environment/json-variable'
const auto = 'rooms/auto-manager'
const promises = 'promises/environment'

export const environmentMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/environment/variable-reader.ts',
    [read, 'rooms/environment/variable-reader'],
    [
      {
        id: 'environment-trims',
        rule: 'White space around a value is cut off.',
        find: 'return value.trim()',
        replace: 'return value',
      },
      {
        id: 'environment-slips',
        rule: 'A name that is a slip away from ours is refused.',
        find: 'for (const name of this.#unknown) refuseMisspelled(name)',
        replace: '',
      },
      {
        id: 'environment-longer-names',
        rule: 'What goes on behind a name of ours is somebody else’s.',
        find: '(known) => name.startsWith(`${known}_`)',
        replace: '(known) => name === known',
      },
      {
        id: 'environment-few-edits',
        rule: 'A slip is two letters, and one in a short name.',
        find: 'leven(written, known) <= mostEdits',
        replace: 'leven(written, known) <= mostEdits + 2',
      },
      {
        id: 'environment-first-letter',
        rule: 'A slip is inside a word.',
        find: 'if (written[0] !== known[0]) return false',
        replace: '',
      },
      {
        id: 'environment-short-words',
        rule: 'Another letter makes another short word.',
        find: 'written.length !== known.length && ',
        replace: '',
      },
      {
        id: 'environment-own-names',
        rule: 'Variables are the object’s own.',
        find: 'Object.hasOwn(env, name) ?',
        replace: 'name in env ?',
      },
      {
        id: 'environment-one-credential',
        rule: 'Two that exclude each other are refused.',
        find: 'if (first === undefined || second === undefined) return first',
        replace: 'return first',
      },
    ],
  ),
  ...mutantsOf(
    'src/environment/read-environment.ts',
    [read],
    [
      {
        id: 'environment-place',
        rule: 'Plain http on another machine opens no place by itself.',
        find: '&& (insecure || isLoopback(url))',
        replace: '',
      },
      {
        id: 'environment-origin',
        rule: 'An audience opens its origin, not its own path.',
        find: '{ [url.origin]: request }',
        replace: '{ [url.href]: request }',
      },
      {
        id: 'environment-spelling',
        rule: 'The preset is asked whether it can express the default request.',
        find: 'checkSpelling(request, provider)',
        replace: 'return request',
      },
      {
        id: 'environment-whole-server',
        rule: 'A server of the caller’s replaces the environment’s as a whole.',
        find: 'if (given.issuer !== undefined || given.tokenEndpoint !== undefined) return {}',
        replace: '',
        killers: [promises],
      },
      {
        id: 'environment-scheme',
        rule: 'What stands in the place of an issuer is not shown, not even up to a colon.',
        find: "    .replace(/^has the scheme \\S+/, 'has another scheme')\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/environment/credential.ts',
    [read],
    [
      {
        id: 'environment-raw',
        rule: 'A forced Basic is raw where the server never decodes.',
        find: "encoding: raw ? 'raw' : 'form'",
        replace: "encoding: 'form'",
      },
      {
        id: 'environment-path',
        rule: 'A credential in the place of a path is refused.',
        find: 'fileOf({ file: path }, clientSecretKind)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/environment/json-variable.ts',
    [json],
    [
      {
        id: 'environment-json-place',
        rule: 'Where the engine quotes the text, the place is found without it.',
        find: 'if (!quotes(failure)) return text.length',
        replace: 'return text.length',
      },
      {
        id: 'environment-json-twice',
        rule: 'A member that is named twice is refused.',
        find: 'if (twice !== undefined) {',
        replace: 'if (twice === -1) {',
      },
      {
        id: 'environment-json-scopes',
        rule: 'A name may stand again in another object.',
        find: "if (part === '{') open.push(new Set())",
        replace: "if (part === '{' && open.length === 0) open.push(new Set())",
      },
    ],
  ),
  ...mutantsOf(
    'src/environment/from-environment.ts',
    [promises],
    [
      {
        id: 'environment-names-variable',
        rule: 'What only the manager can see is told by the variable’s name.',
        find: 'throw inVariables(error, given, variables)',
        replace: 'throw error',
      },
      {
        id: 'environment-undefined',
        rule: 'An option that is undefined is the environment’s.',
        find: '.filter(([, value]) => value !== undefined)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/auto-manager.ts',
    [auto],
    [
      {
        id: 'auto-one-manager',
        rule: 'Many first uses make one manager.',
        find: 'held ??= make()',
        replace: 'held = make()',
      },
      {
        id: 'auto-closed',
        rule: 'A closed one makes no manager.',
        find: 'if (held === undefined && closed) throw new ManagerClosedError()',
        replace: '',
      },
      {
        id: 'auto-default-request',
        rule: 'A request of the call’s own gets nothing of the default.',
        find: 'first === undefined ? [request, ...rest] : words',
        replace: '[request, ...rest]',
      },
      {
        id: 'auto-place-variable',
        rule: 'A place that is not listed is told by the variable to change.',
        find: "if (!isTokenError(error) || error.code !== 'origin_not_listed') return error",
        replace: "if (!isTokenError(error) || error.code === 'origin_not_listed') return error",
        killers: [promises],
      },
    ],
  ),
]
