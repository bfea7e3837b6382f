/** Mutants of what presets share, and of the vendors whose bodies are their own. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const bytes = 'rooms/providers/sent-bytes'
const refused = 'rooms/providers/refused-requests'
const answers = 'rooms/providers/answers'
const errors = 'rooms/providers/error-answers'
const fields = 'rooms/providers/preset-fields'

export const presetMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/providers/m2m-auth.ts',
    [bytes, refused],
    [
      {
        id: 'm2m-target',
        rule: 'An audience at m2m-auth is a target.',
        find: "name === 'audience' ? 'target' : name",
        replace: 'name',
      },
      {
        id: 'm2m-needs-target',
        rule: 'm2m-auth needs a target.',
        find: 'if (request.audience === undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'm2m-no-scopes',
        rule: 'm2m-auth knows no scopes.',
        find: 'if (request.scopes.length > 0) {',
        replace: 'if (false) {',
      },
      {
        id: 'm2m-parameters',
        rule: 'No parameter can stand for the target.',
        find: "refuseParameters('m2m-auth', request, ['target'])",
        replace: '',
      },
      {
        id: 'm2m-token',
        rule: 'The answer of m2m-auth names the token in its own way.',
        find: "withMembers(members, { access_token: members['accessToken'] })",
        replace: 'members',
        killers: [answers],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/supertokens.ts',
    [bytes, answers],
    [
      {
        id: 'supertokens-camel',
        rule: 'The camelCase spelling is that of its gateways.',
        find: 'Object.hasOwn(camelCase, name) ? camelCase[name] : name',
        replace: 'name',
      },
      {
        id: 'supertokens-read',
        rule: 'An answer in camelCase is read.',
        find: "withClientError(spelling === 'camelCase' ? snakeCaseMembers(members) : members)",
        replace: 'withClientError(members)',
      },
      {
        id: 'supertokens-rfc-wins',
        rule: 'Of two spellings the RFC’s wins.',
        find: ' && !(to in members)',
        replace: '',
      },
      {
        id: 'supertokens-unknown-client',
        rule: 'An unknown client of SuperTokens is invalid_client.',
        find: "if (error !== 'Unable to locate the resource') return members",
        replace: 'return members',
        killers: [errors],
      },
      {
        id: 'supertokens-parameters',
        rule: 'No parameter can stand for the protocol’s own in camelCase.',
        find: "refuseParameters('SuperTokens', request, Object.values(camelCase))",
        replace: '',
        killers: [refused],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/preset-fields.ts',
    [fields, refused],
    [
      {
        id: 'preset-resource',
        rule: 'A vendor that knows no resource refuses it.',
        find: 'if (resources.length > 0) throw',
        replace: 'if (false) throw',
        killers: [refused],
      },
      {
        id: 'preset-parameters',
        rule: 'The case of a parameter does not matter.',
        find: 'lower.includes(name.toLowerCase())',
        replace: 'names.includes(name)',
        killers: ['security/credentials', 'rooms/providers/refused-requests'],
      },
      {
        id: 'preset-host',
        rule: 'A host is a host name alone.',
        find: "url?.host === text.toLowerCase() && url.pathname === '/'",
        replace: 'url !== null',
      },
      {
        id: 'preset-segment',
        rule: 'A tenant is one segment of a path.',
        find: 'if (/^[\\w.~-]+$/.test(text) && !/^\\.+$/.test(text)) return text',
        replace: 'return text',
      },
      {
        id: 'preset-scope-text',
        rule: 'An audience that becomes a scope holds no space.',
        find: 'if (/^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$/.test(audience)) return',
        replace: 'return',
        killers: [refused],
      },
      {
        id: 'preset-other-audience',
        rule: 'Another audience than the fixed one is refused.',
        find: 'audience === undefined || audience === fixed',
        replace: 'true',
        killers: [refused],
      },
    ],
  ),
]
