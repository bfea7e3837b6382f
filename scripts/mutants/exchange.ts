/** Mutants of one proof for one token: nonces, addresses, whom an assertion is for, what is hidden. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const room = 'rooms/acquisition/acquire'
const attempt = 'rooms/acquisition/attempt'
const secrets = 'promises/secrets-stay-secret'
const dpop = 'promises/dpop'
const discovered = 'promises/discovered-resources'
const assertions = 'rooms/providers/assertions'
const tls = 'promises/mutual-tls'
const methods = 'promises/client-authentication'

export const exchangeMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/acquisition/token-exchange.ts',
    [room, dpop],
    [
      {
        id: 'attempt-life-from-start',
        rule: 'A life counts from the start of the request, not from the answer.',
        find: 'life: { startedAt, lifetimeMs',
        replace: 'life: { startedAt: instantOf(parts.clock), lifetimeMs',
        killers: ['promises/renewal-behind-the-caller'],
      },
      {
        id: 'attempt-late-secret',
        rule: 'A secret that arrives after the time is up is not sent.',
        find: 'signal.throwIfAborted()',
        replace: '',
        killers: [room],
      },
      {
        id: 'attempt-hides-proof',
        rule: 'What proves who we are is in no message.',
        find: '    ...proof.secrets,\n',
        replace: '',
        killers: [secrets],
      },
      {
        id: 'attempt-hides-parameters',
        rule: 'Values of parameters are in no message.',
        find: '    ...longValues(request),\n',
        replace: '',
        killers: [room],
      },
      {
        id: 'exchange-hides-possession',
        rule: 'A proof of possession is in no message.',
        find: '    ...(possession === undefined ? [] : [possession]),\n',
        replace: '',
        killers: [attempt],
      },
      {
        id: 'exchange-own-connection',
        rule: 'Where the connection is part of the proof, the request goes over it.',
        find: 'proof.fetch ?? parts.fetch()',
        replace: 'parts.fetch()',
        killers: [tls, 'interop/mutual-tls'],
      },
      {
        id: 'exchange-keeps-connection',
        rule: 'A token is spent over the connection that it came over.',
        find: 'if (proof.fetch !== undefined) parts.onTransport(token, proof.fetch)',
        replace: '',
        killers: ['interop/mutual-tls'],
      },
      {
        id: 'exchange-learns-nonce',
        rule: 'A nonce that comes with a token is used the next time.',
        find: "nonces?.learn(endpoint, sent.answer.headers.get('dpop-nonce'))",
        replace: "nonces && (sent.answer.headers.get('dpop-nonce') ?? undefined)",
      },
      {
        id: 'attempt-nonce-once-more',
        rule: 'A token endpoint that wants a nonce gets it at once.',
        find: 'if (!another || !wantsNonce(error)) throw error',
        replace: 'throw error',
      },
      {
        id: 'attempt-nonce-repeated',
        rule: 'A token endpoint that repeats the nonce it was given is not asked again.',
        find: ' && told !== nonce',
        replace: '',
      },
      {
        id: 'attempt-nonce-ends',
        rule: 'A token endpoint that wants another nonce each time is not asked for ever.',
        find: ' && asked < mostNonces',
        replace: '',
        killers: [attempt],
      },
      {
        id: 'attempt-nonce-code',
        rule: 'Only a refusal for want of a nonce is answered with one.',
        find: "error.oauthError === 'use_dpop_nonce'",
        replace: 'true',
        killers: [attempt],
      },
      {
        id: 'attempt-nonce-new-assertion',
        rule: 'A request that is repeated with a nonce has a new assertion: each is for one use.',
        find: '    proof = await prove()\n',
        replace: '',
      },
      {
        id: 'attempt-nonce-told',
        rule: 'The nonce that is used is the one that this answer told.',
        find: '    nonce = told\n',
        replace: '    nonce = nonces?.of(endpoint)\n',
        killers: [attempt],
      },
      {
        id: 'attempt-nonce-untold',
        rule: 'Where the answer tells no nonce, nothing is sent again.',
        find: 'told !== undefined && ',
        replace: '',
        killers: [attempt],
      },
      {
        id: 'attempt-nonce-known',
        rule: 'The nonce that is known goes with the first sending.',
        find: 'let nonce = nonces?.of(endpoint)',
        replace: 'let nonce: string | undefined',
      },
      {
        id: 'exchange-binding',
        rule: 'With dpop, a token that is bound to nothing is refused.',
        find: "dpop.allowBearer ? 'preferred' : 'required'",
        replace: "'preferred'",
      },
      {
        id: 'exchange-binding-preferred',
        rule: 'With allowBearer, a token that is bound to nothing is taken.',
        find: "dpop.allowBearer ? 'preferred' : 'required'",
        replace: "'required'",
      },
      {
        id: 'exchange-granted-scopes',
        rule: 'Granted scopes are told in the words of the request.',
        find: 'provider.grantedScopes?.(grant.scopes, request) ?? ',
        replace: '',
        killers: ['rooms/providers/answers'],
      },
      {
        id: 'exchange-once',
        rule: 'A parameter that the request sets is not set by the client authentication.',
        find: '  checkOnce(spelled, proof)\n',
        replace: '',
        killers: ['security/credentials'],
      },
      {
        id: 'exchange-reads-as-vendor',
        rule: 'An answer is read in the vendor’s own spelling.',
        find: 'read: provider.read,',
        replace: '',
        killers: ['rooms/providers/answers'],
      },
    ],
  ),
  ...mutantsOf(
    'src/acquisition/attempt.ts',
    [attempt],
    [
      {
        id: 'attempt-mtls-alias',
        rule: 'Mutual TLS goes to the endpoint that metadata names for it.',
        find: 'method.mutualTls === true ? metadata.mtlsTokenEndpoint : undefined',
        replace: 'undefined',
        killers: [tls, 'interop/mutual-tls'],
      },
      {
        id: 'attempt-mtls-alias-only',
        rule: 'Without mutual TLS, the endpoint for it is not used.',
        find: 'method.mutualTls === true ? metadata.mtlsTokenEndpoint : undefined',
        replace: 'metadata.mtlsTokenEndpoint',
        killers: [tls, 'interop/mutual-tls'],
      },
      {
        id: 'attempt-audience-issuer',
        rule: 'An assertion is for the issuer where it is known.',
        find: '(issuer ?? tokenEndpoint)',
        replace: 'tokenEndpoint',
        killers: [assertions, methods],
      },
      {
        id: 'attempt-audience-vendor',
        rule: 'An assertion is for whom the vendor wants.',
        find: "provider.assertionAudience === 'token_endpoint' ? tokenEndpoint : ",
        replace: '',
        killers: [assertions],
      },
      {
        id: 'attempt-named-issuer',
        rule: 'A token for a resource that named another server is asked for there.',
        find: 'parts.metadata(request.issuer)',
        replace: 'parts.metadata(undefined)',
        killers: [discovered],
      },
      {
        id: 'attempt-named-issuer-audience',
        rule: 'An assertion for another server is for that one.',
        find: 'request.issuer ?? parts.issuer',
        replace: 'parts.issuer',
        killers: [attempt],
      },
      {
        id: 'attempt-names-credential',
        rule: 'Two assertions of one key count as the same credential.',
        find: 'return credential ?? JSON.stringify',
        replace: 'return JSON.stringify',
        killers: [methods],
      },
    ],
  ),
]
