/** Mutants of the presets: what each vendor is sent, what is refused, how its answers read. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const bytes = 'rooms/providers/sent-bytes'
const refused = 'rooms/providers/refused-requests'
const answers = 'rooms/providers/answers'
const errors = 'rooms/providers/error-answers'
const fields = 'rooms/providers/preset-fields'
const assertions = 'rooms/providers/assertions'

export const providerMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/providers/auth0.ts',
    [bytes, errors],
    [
      {
        id: 'auth0-organization',
        rule: 'The request’s own organization wins.',
        find: 'own.every(([given]) => given !== name)',
        replace: 'true',
      },
      {
        id: 'auth0-slash',
        rule: 'The issuer of Auth0 ends in a slash.',
        find: 'issuer: `https://${domain}/`',
        replace: 'issuer: `https://${domain}`',
        killers: [assertions],
      },
      {
        id: 'auth0-wrong-secret',
        rule: 'A wrong secret at Auth0 is invalid_client.',
        find: "isClient ? withMembers(members, { error: 'invalid_client' }) : members",
        replace: 'members',
      },
      {
        id: 'auth0-other-denial',
        rule: 'Another access_denied of Auth0 stays what it is.',
        find: " && members['error_description'] === 'Unauthorized'",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/cognito.ts',
    [bytes, refused],
    [
      {
        id: 'cognito-prefix',
        rule: 'A scope at Cognito has its audience before it.',
        find: '`${audience}/${scope}`',
        replace: 'scope',
      },
      {
        id: 'cognito-needs-scope',
        rule: 'An audience at Cognito needs scopes.',
        find: 'if (scopes.length === 0) {',
        replace: 'if (false) {',
      },
      {
        id: 'cognito-twice',
        rule: 'A scope that has an audience already is refused.',
        find: 'if (whole !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'cognito-granted',
        rule: 'Granted scopes of Cognito are told without the audience.',
        find: 'scope.startsWith(prefix) ? scope.slice(prefix.length) : scope',
        replace: 'scope',
        killers: [answers],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/entra.ts',
    [bytes, refused],
    [
      {
        id: 'entra-default',
        rule: 'Entra is asked for everything that was granted.',
        find: 'return `${audience}/${everything}`',
        replace: 'return audience',
      },
      {
        id: 'entra-single',
        rule: 'A single scope cannot be asked for at Entra.',
        find: 'if (single !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'entra-twice',
        rule: 'An audience that ends in /.default is refused.',
        find: 'if (audience.endsWith(`/${everything}`)) {',
        replace: 'if (false) {',
      },
      {
        id: 'entra-tenant',
        rule: 'A tenant that stands for many is refused.',
        find: 'if (shared.includes(tenant.toLowerCase())) {',
        replace: 'if (false) {',
        killers: [fields],
      },
      {
        id: 'entra-endpoint',
        rule: 'An assertion for Entra is for the token endpoint.',
        find: "assertionAudience: 'token_endpoint',\n",
        replace: '',
        killers: [assertions],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/keycloak.ts',
    [bytes, refused],
    [
      {
        id: 'keycloak-scope',
        rule: 'An audience at Keycloak is a client scope.',
        find: '[...new Set([...scopes, scope])]',
        replace: 'scopes',
      },
      {
        id: 'keycloak-unmapped',
        rule: 'An audience that no client scope brings is refused.',
        find: 'if (scope === undefined) {',
        replace: 'if (scope === undefined) return grantParameters(request)\n      if (false) {',
      },
      {
        id: 'keycloak-granted',
        rule: 'The scope that stands for the audience is not told as granted.',
        find: 'scope !== brought || scopes.includes(scope)',
        replace: 'true',
        killers: [answers],
      },
      {
        id: 'keycloak-own-scope',
        rule: 'Each audience has a client scope of its own.',
        find: 'if (twice !== undefined) {',
        replace: 'if (false) {',
        killers: [fields],
      },
      {
        id: 'keycloak-wrong-secret',
        rule: 'A wrong secret at Keycloak is invalid_client.',
        find: "isClient ? withMembers(members, { error: 'invalid_client' }) : members",
        replace: 'members',
        killers: [errors],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/node-oauth2-server.ts',
    [bytes, refused],
    [
      {
        id: 'nos-needs-scope',
        rule: 'node-oauth2-server needs a scope.',
        find: 'if (request.scopes.length === 0) {',
        replace: 'if (false) {',
      },
      {
        id: 'nos-fixed-audience',
        rule: 'The audience of node-oauth2-server is not sent.',
        find: '{ ...request, audience: undefined }',
        replace: 'request',
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/okta.ts',
    [bytes, refused],
    [
      {
        id: 'okta-needs-scope',
        rule: 'Okta needs a scope.',
        find: 'if (scopes.length === 0) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'okta-login-scope',
        rule: 'A scope for people who log in is refused.',
        find: 'if (login !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'okta-fixed-audience',
        rule: 'The audience of Okta is not sent.',
        find: '{ ...request, audience: undefined }',
        replace: 'request',
      },
      {
        id: 'okta-org',
        rule: 'The org authorization server has its endpoint elsewhere.',
        find: 'isOrg(issuer) ? `${issuer}/oauth2` : issuer',
        replace: 'issuer',
        killers: [fields, assertions],
      },
    ],
  ),
  ...mutantsOf(
    'src/providers/zitadel.ts',
    [bytes, refused],
    [
      {
        id: 'zitadel-audience',
        rule: 'An audience at ZITADEL is a scope of its own.',
        find: '`urn:zitadel:iam:org:project:id:${audience}:aud`',
        replace: 'audience',
      },
      {
        id: 'zitadel-openid',
        rule: 'openid is among the scopes at ZITADEL.',
        find: "if (audience === undefined) return ['openid']",
        replace: 'if (audience === undefined) return []',
      },
      {
        id: 'zitadel-unknown-scope',
        rule: 'A scope that ZITADEL would drop is refused.',
        find: 'if (unknown !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'zitadel-granted',
        rule: 'Scopes that were added are not told as granted.',
        find: 'granted.filter((scope) => !added.includes(scope))',
        replace: 'granted',
        killers: [answers],
      },
      {
        id: 'zitadel-grant',
        rule: 'An assertion at ZITADEL is the grant itself.',
        find: 'formBody(asGrant(parameters))',
        replace: 'formBody(parameters)',
        killers: [assertions],
      },
    ],
  ),
]
