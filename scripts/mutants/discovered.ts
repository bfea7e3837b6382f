/** Mutants of sources that are asked of a resource, and of the options that lead there. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const room = 'rooms/discovered-source'
const discovered = 'promises/discovered-resources'
const providers = 'promises/providers'
const input = 'promises/bad-input'

export const discoveredMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/discovered-source.ts',
    [discovered],
    [
      {
        id: 'discovered-allowed',
        rule: 'A resource leads only to servers that were allowed.',
        find: 'allowedIssuers.includes(server)',
        replace: 'true',
      },
      {
        id: 'discovered-issuer',
        rule: 'The token is asked for at the server that the resource named.',
        find: ', issuer: foreign })',
        replace: ' })',
      },
      {
        id: 'discovered-own-issuer',
        rule: 'The tokens of a resource at the manager’s own server are those that getToken gets.',
        find: 'issuer === this.#parts.ownIssuer ? undefined : issuer',
        replace: 'issuer',
        killers: [room],
      },
      {
        id: 'discovered-own-scopes',
        rule: 'The scopes of an entry win over those that the resource names.',
        find: 'written.scopes.length > 0 ? written.scopes : scopes',
        replace: 'scopes',
      },
      {
        id: 'discovered-scopes',
        rule: 'Without scopes in the entry, those of the resource count.',
        find: 'written.scopes.length > 0 ? written.scopes : scopes',
        replace: 'written.scopes',
      },
      {
        id: 'discovered-parameters',
        rule: 'The parameters of an entry are sent.',
        find: 'parameters: written.parameters, ',
        replace: '',
      },
      {
        id: 'discovered-renewed',
        rule: 'What the resource says anew is used.',
        find: 'this.#found?.metadata !== metadata',
        replace: 'this.#found === undefined',
      },
      {
        id: 'discovered-strangers-mistake',
        rule: 'What a stranger has written is no mistake of the user’s.',
        find: 'return parseTokenRequest(input)\n    } catch (error) {',
        replace:
          'return parseTokenRequest(input)\n    } catch (error) {\n      if (isTokenError(error)) throw error',
      },
      {
        id: 'discovered-leave',
        rule: 'A caller who leaves does not wait for the discovery.',
        find: 'unlessAborted(this.#parts.metadata(), options?.signal)',
        replace: 'this.#parts.metadata()',
      },
      {
        id: 'discovered-invalidate',
        rule: 'A token of a discovered source can be reported.',
        find: 'this.#found?.source.invalidate(token) ?? false',
        replace: 'false',
        killers: [room],
      },
      {
        id: 'discovered-possession',
        rule: 'A token of a discovered source is spent with its proof.',
        find: 'return this.#found?.source[possession]',
        replace: 'return undefined',
        killers: [room],
      },
    ],
  ),
  ...mutantsOf(
    'src/listed-sources.ts',
    [discovered],
    [
      {
        id: 'listed-once',
        rule: 'Each entry is bound once.',
        find: 'this.#sources.set(entry, source)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/resolve-requests.ts',
    [discovered, input],
    [
      {
        id: 'entry-written',
        rule: 'A resource whose entry names its audience is not asked.',
        find: 'discovers && !isWritten ?',
        replace: 'discovers ?',
      },
      {
        id: 'entry-asked-for',
        rule: 'A resource is asked only where the user wants it.',
        find: 'discovers && !isWritten ?',
        replace: '!isWritten ?',
      },
      {
        id: 'allowed-without-discovery',
        rule: 'allowedIssuers without discoverResources is a mistake.',
        find: 'if (listed !== undefined && !discovers) {',
        replace: 'if (false) {',
      },
      {
        id: 'allowed-nobody',
        rule: 'discoverResources with nobody allowed is a mistake.',
        find: 'if (!discovers || allowed.length > 0) return',
        replace: 'return',
      },
      {
        id: 'allowed-own',
        rule: 'The manager’s own issuer is allowed.',
        find: '[rules.issuer, ...issuers]',
        replace: 'issuers',
      },
      {
        id: 'allowed-https',
        rule: 'An issuer that is allowed is https.',
        find: "if (problem !== undefined) throw fields.refusal('allowedIssuers', problem)",
        replace:
          "if (problem?.startsWith('holds')) throw fields.refusal('allowedIssuers', problem)",
      },
      {
        id: 'discovers-by-standard',
        rule: 'A vendor that knows no resource discovers none.',
        find: 'if (discovers && provider !== standardProvider) {',
        replace: 'if (false) {',
        killers: ['rooms/providers/refused-requests'],
      },
      {
        id: 'entry-spelled',
        rule: 'An entry that the vendor cannot express is refused at once.',
        find: '    check(request, subject)\n',
        replace: '',
        killers: [providers, 'rooms/providers/refused-requests'],
      },
      {
        id: 'entry-named',
        rule: 'A refusal of an entry names the entry.',
        find: 'if (!(error instanceof ConfigurationError) || subject?.path === undefined) throw error',
        replace: 'throw error',
        killers: [providers, 'rooms/providers/refused-requests'],
      },
    ],
  ),
  ...mutantsOf(
    'src/resolve-client.ts',
    [providers, input],
    [
      {
        id: 'provider-twice',
        rule: 'What the provider knows is not said twice.',
        find: 'if (provider[name] === undefined) return own',
        replace: 'return own',
      },
      {
        id: 'provider-place',
        rule: 'The provider’s own place is used.',
        find: 'if (own === undefined) return provider[name]',
        replace: 'if (own === undefined) return undefined',
      },
      {
        id: 'provider-shape',
        rule: 'What is no provider is refused.',
        find: 'if (problem === undefined) return guardedProvider(provider as Provider)',
        replace: 'return guardedProvider(provider as Provider)',
      },
      {
        id: 'provider-guarded',
        rule: 'What a provider of the user’s own gives is checked.',
        find: 'if (problem === undefined) return guardedProvider(provider as Provider)',
        replace: 'if (problem === undefined) return provider as Provider',
        killers: ['rooms/wire/guarded-provider'],
      },
      {
        id: 'provider-methods',
        rule: 'A client authentication that the vendor does not take is refused.',
        find: 'if (methods?.includes(method) !== false) return',
        replace: 'return',
        killers: ['rooms/wire/guarded-provider'],
      },
      {
        id: 'certificate-needs-connection',
        rule: 'A fetch of the user’s own beside a certificate is a mistake.',
        find: 'if (transport !== undefined && own !== undefined) {',
        replace: 'if (false) {',
        killers: [input, 'promises/mutual-tls'],
      },
      {
        id: 'certificate-missing',
        rule: 'Mutual TLS without a certificate or a fetch is a mistake.',
        find: 'if (mutualTls === true && transport === undefined && own === undefined) {',
        replace: 'if (false) {',
        killers: [input, 'promises/mutual-tls'],
      },
      {
        id: 'provider-https',
        rule: 'A provider’s endpoint is https.',
        find: "if (url === undefined) throw fields.refusal('tokenEndpoint', problem)",
        replace:
          'if (url === undefined) return { provider, issuer, tokenEndpoint: new URL(endpoint) }',
      },
      {
        id: 'provider-secret-post',
        rule: 'A secret goes where the vendor reads it.',
        find: "if (secretMethod === 'client_secret_post') return clientSecretPost(secret)",
        replace: '',
        killers: ['rooms/providers/sent-bytes'],
      },
      {
        id: 'provider-secret-raw',
        rule: 'A secret is sent raw where the vendor never decodes.',
        find: "{ encoding: 'raw' }",
        replace: "{ encoding: 'form' }",
        killers: ['rooms/providers/sent-bytes', 'rooms/providers/refused-requests'],
      },
      {
        id: 'credential-twice',
        rule: 'clientSecret beside clientAuthentication is a mistake.',
        find: 'if (secret !== undefined && method !== undefined) {',
        replace: 'if (false) {',
      },
    ],
  ),
]
