/** Mutants of what a resource and a server say of themselves, and of what a vendor spells. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const room = 'rooms/wire/resource-metadata'
const discovered = 'promises/discovered-resources'
const server = 'rooms/wire/server-metadata'
const discovery = 'promises/discovery'
const bytes = 'rooms/providers/sent-bytes'
const dpop = 'promises/dpop'

export const resourceMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/wire/resource-metadata.ts',
    [room, discovered],
    [
      {
        id: 'resource-covers',
        rule: 'A document that speaks of another resource is not believed.',
        find: 'if (!covers(resource, place)) {',
        replace: 'if (false) {',
      },
      {
        id: 'resource-origin',
        rule: 'A resource is of the origin that was asked.',
        find: 'url?.origin !== place.origin || /',
        replace: 'url === null || /',
      },
      {
        id: 'resource-whole-segments',
        rule: 'What lies below a resource does so by whole segments.',
        find: "path.endsWith('/') ? path : `${path}/`",
        replace: 'path',
      },
      {
        id: 'resource-query',
        rule: 'A resource with a query is not the one that was asked about.',
        find: '/[?#]/.test(resource)',
        replace: '/[#]/.test(resource)',
      },
      {
        id: 'resource-fragment',
        rule: 'A resource has no fragment.',
        find: '/[?#]/.test(resource)',
        replace: '/[?]/.test(resource)',
      },
      {
        id: 'resource-spelled',
        rule: 'A resource is written as it is read.',
        find: 'if (resource !== url.href && `${resource}/` !== url.href) return false',
        replace: '',
      },
      {
        id: 'resource-credentials',
        rule: 'A resource has no credentials in its URL.',
        find: "if (url.username !== '' || url.password !== '') return false",
        replace: '',
      },
      {
        id: 'resource-hint-origin',
        rule: 'A challenge cannot lead to metadata of another origin.',
        find: 'if (named.origin === place.origin) return [named]',
        replace: 'return [named]',
      },
      {
        id: 'resource-hint-401',
        rule: 'Only the challenge of a 401 counts.',
        find: "response.status === 401 ? response.headers.get('www-authenticate') : null",
        replace: "response.headers.get('www-authenticate')",
      },
      {
        id: 'resource-hint-scopes',
        rule: 'The scopes of the challenge win over those of the document.',
        find: "hint.scope === undefined ? texts(supported) : hint.scope.split(' ').filter(Boolean)",
        replace: 'texts(supported)',
      },
      {
        id: 'resource-supported-scopes',
        rule: 'Without a challenge, the scopes are those of the document.',
        find: 'hint.scope === undefined ? texts(supported) :',
        replace: 'hint.scope === undefined ? [] :',
      },
      {
        id: 'resource-no-server',
        rule: 'A document without an authorization server is none.',
        find: 'if (authorizationServers.length === 0) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'resource-inserted',
        rule: 'The well-known part is inserted before the path.',
        find: '    `/.well-known/oauth-protected-resource${path}`,\n',
        replace: '    `${path}/.well-known/oauth-protected-resource`,\n',
        killers: [discovered],
      },
      {
        id: 'resource-root',
        rule: 'Where the path has no document, the root is asked.',
        find: "    '/.well-known/oauth-protected-resource',\n",
        replace: '',
        killers: [discovered],
      },
      {
        id: 'resource-silent',
        rule: 'A resource that does not answer the first question may still be described.',
        find: 'return parts.hintIn(null)',
        replace: 'throw error',
      },
      {
        id: 'resource-no-redirect',
        rule: 'The first question is asked without redirects.',
        find: "redirect: 'manual',\n",
        replace: "redirect: 'follow',\n",
      },
      {
        id: 'resource-first-problem',
        rule: 'A document that cannot be believed tells more than a 404.',
        find: 'problem?.status === 404 ? error : (problem ?? error)',
        replace: 'error',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/metadata-members.ts',
    [server, 'promises/mutual-tls'],
    [
      {
        id: 'metadata-alias-checked',
        rule: 'The endpoint for mutual TLS is checked as the other one is.',
        find: "urlOf('mtls token_endpoint', alias)",
        replace: 'new URL(alias)',
        killers: ['interop/mutual-tls', 'promises/mutual-tls'],
      },
      {
        id: 'metadata-alias-https',
        rule: 'An http endpoint for mutual TLS is not used.',
        find: "typeof alias === 'string' ? urlOf",
        replace: 'URL.canParse(String(alias)) ? urlOf',
        killers: ['interop/mutual-tls', 'promises/mutual-tls'],
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/metadata-document.ts',
    [server, discovery, room],
    [
      {
        id: 'metadata-within-time',
        rule: 'A document is waited for no longer than its time.',
        find: 'limitMs: parts.timeLimitMs',
        replace: 'limitMs: 1000 * parts.timeLimitMs',
        killers: ['security/authorization-server'],
      },
      {
        id: 'metadata-closed',
        rule: 'What is under way ends with the manager.',
        find: 'signal: parts.signal,',
        replace: '',
        killers: [room],
      },
      {
        id: 'metadata-bounded',
        rule: 'A document of more than 1 MiB is none.',
        find: "if (text === undefined) throw invalid(url, 'holds more than 1 MiB', parts)",
        replace: "if (text === undefined) return '{}'",
        killers: [server, 'security/authorization-server'],
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/metadata-source.ts',
    [discovered],
    [
      {
        id: 'metadata-of-each-issuer',
        rule: 'Another server’s metadata is its own.',
        find: 'createDiscovery({ ...discovery, issuer })',
        replace: 'createDiscovery(discovery)',
      },
      {
        id: 'metadata-others-kept',
        rule: 'Another server is discovered once.',
        find: 'others.set(issuer, source)',
        replace: '',
        killers: [server],
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/provider.ts',
    [bytes],
    [
      {
        id: 'provider-body',
        rule: 'A vendor’s own body is sent.',
        find: 'if (provider.encode !== undefined) return provider.encode(parameters)',
        replace: '',
      },
      {
        id: 'provider-no-charset',
        rule: 'The content type of a form has no charset.',
        find: "'application/x-www-form-urlencoded'",
        replace: "'application/x-www-form-urlencoded;charset=UTF-8'",
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/token-endpoint.ts',
    [bytes],
    [
      {
        id: 'post-content-type',
        rule: 'The content type is that of the body.',
        find: "'content-type': post.body.contentType",
        replace: "'content-type': 'application/x-www-form-urlencoded'",
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/token-response.ts',
    [dpop],
    [
      {
        id: 'answer-dpop-unasked',
        rule: 'A DPoP token is refused where no proof was sent.',
        find: "if (binding !== 'none') return 'DPoP'",
        replace: "return 'DPoP'",
      },
      {
        id: 'answer-unbound',
        rule: 'A Bearer token is refused where it had to be bound.',
        find: "if (binding !== 'required') return 'Bearer'",
        replace: "return 'Bearer'",
      },
      {
        id: 'answer-vendor-spelling',
        rule: 'The members of an answer are read as the vendor spells them.',
        find: 'question.read?.(given) ?? given',
        replace: 'given',
        killers: ['rooms/providers/answers'],
      },
    ],
  ),
]
