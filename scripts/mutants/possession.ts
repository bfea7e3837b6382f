/** Mutants of possession: certificates, proofs of a key, nonces, and what a token is bound to. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const certificate = 'rooms/client-auth/client-certificate'
const tls = 'promises/mutual-tls'
const interop = 'interop/mutual-tls'
const proof = 'rooms/client-auth/dpop'
const nonces = 'rooms/client-auth/dpop-nonces'
const dpop = 'promises/dpop'

export const possessionMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/client-auth/client-certificate.ts',
    [certificate, tls],
    [
      {
        id: 'certificate-at-once',
        rule: 'A pair that cannot be used is refused where it is written.',
        find: "if (typeof certificate !== 'string' || typeof key !== 'string') return",
        replace: 'return',
      },
      {
        id: 'certificate-time-again',
        rule: 'The time of a certificate is looked at each time.',
        find: '    checkTime(pair.certificate, now)\n',
        replace: '',
      },
      {
        id: 'certificate-rotated',
        rule: 'A certificate that changed is used.',
        find: 'if (last?.digest === digest) return last',
        replace: 'if (last !== undefined) return last',
      },
      {
        id: 'certificate-kept',
        rule: 'A certificate that did not change keeps its connections.',
        find: 'if (last?.digest === digest) return last',
        replace: '',
      },
      {
        id: 'certificate-half',
        rule: 'Two files that do not fit for a moment do not end what is known.',
        find: 'if (last === undefined || !isOfNow(last.certificate, now)) throw error',
        replace: 'throw error',
      },
      {
        id: 'certificate-again',
        rule: 'A certificate that can be read again is read again after a refusal.',
        find: "typeof source !== 'string')\n",
        replace: 'false)\n',
      },
      {
        id: 'certificate-thumbprint',
        rule: 'The thumbprint is that of the certificate.',
        find: 'update(certificate.raw)',
        replace: 'update(texts.certificate)',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/certificate-pair.ts',
    [certificate],
    [
      {
        id: 'certificate-pair',
        rule: 'A certificate that does not belong to its key is refused.',
        find: 'if (certificate.checkPrivateKey(keyOf(key, passphrase))) return certificate',
        replace: 'keyOf(key, passphrase)\n  return certificate',
      },
      {
        id: 'certificate-expired',
        rule: 'A certificate that has expired is refused by name.',
        find: 'return now >= from.getTime() && now < to.getTime()',
        replace: 'return now >= from.getTime()',
      },
      {
        id: 'certificate-not-yet',
        rule: 'A certificate whose time has not come is refused by name.',
        find: 'return now >= from.getTime() && now < to.getTime()',
        replace: 'return now < to.getTime()',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/tls-client-auth.ts',
    [certificate, tls],
    [
      {
        id: 'tls-client-id',
        rule: 'With mutual TLS the form names the client.',
        find: "parameters: [['client_id', clientId] as const]",
        replace: 'parameters: []',
      },
      {
        id: 'tls-own-endpoint',
        rule: 'Mutual TLS says that it is so, for the endpoint of its own.',
        find: 'mutualTls: true',
        replace: 'mutualTls: false',
      },
      {
        id: 'tls-connection',
        rule: 'The request goes over a connection that shows the certificate.',
        find: 'fetch: identity?.fetch,\n',
        replace: '',
      },
      {
        id: 'tls-credential',
        rule: 'A certificate that did not change is not tried twice.',
        find: 'credential: identity?.thumbprint,\n',
        replace: '',
        killers: [certificate, tls, interop],
      },
      {
        id: 'tls-registered-name',
        rule: 'A certificate of the client’s own has a method of its own.',
        find: "mutualTls('self_signed_tls_client_auth', certificate)",
        replace: "mutualTls('tls_client_auth', certificate)",
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/tls-transport.ts',
    [interop],
    [
      {
        id: 'tls-authority',
        rule: 'The server’s certificate is checked against the authority that was given.',
        find: "...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),",
        replace: '',
      },
      {
        id: 'tls-usual-authorities',
        rule: 'The usual authorities are trusted beside the one that was given.',
        find: "[...getCACertificates('default'), ca]",
        replace: '[ca]',
        killers: ['rooms/client-auth/tls-transport'],
      },
      {
        id: 'tls-one-agent',
        rule: 'One certificate has one set of connections.',
        find: 'dispatcher ??= createDispatcher(settings)',
        replace: 'dispatcher = createDispatcher(settings)',
        killers: ['rooms/client-auth/tls-transport', interop],
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/dpop.ts',
    [proof, dpop],
    [
      {
        id: 'dpop-method',
        rule: 'A proof is for one method.',
        find: 'htm: method',
        replace: "htm: 'POST'",
      },
      {
        id: 'dpop-url',
        rule: 'A proof is for one URL.',
        find: 'htu: `${url.origin}${url.pathname}`',
        replace: 'htu: url.origin',
      },
      {
        id: 'dpop-url-no-query',
        rule: 'A proof names the URL without its query.',
        find: 'htu: `${url.origin}${url.pathname}`',
        replace: 'htu: url.href',
      },
      {
        id: 'dpop-token',
        rule: 'A proof is for one token.',
        find: '...(token === undefined ? {} : { ath: accessTokenHash(token) }),',
        replace: '',
      },
      {
        id: 'dpop-nonce',
        rule: 'A proof holds the nonce that the server wants.',
        find: '...(nonce === undefined ? {} : { nonce }),',
        replace: '',
      },
      {
        id: 'dpop-once',
        rule: 'A proof is for one use.',
        find: 'jti: nodeCrypto().randomUUID()',
        replace: "jti: 'proof'",
      },
      {
        id: 'dpop-typ',
        rule: 'A proof says that it is one.',
        find: "typ: 'dpop+jwt'",
        replace: "typ: 'JWT'",
      },
      {
        id: 'dpop-clock',
        rule: 'A proof is made now, in seconds.',
        find: 'iat: Math.floor(this.#clock.now() / 1000)',
        replace: 'iat: Math.floor(this.#clock.now())',
      },
      {
        id: 'dpop-one-key',
        rule: 'All proofs are made by one key: tokens are bound to it.',
        find: 'if (this.#key === undefined) {',
        replace: 'if (true) {',
      },
      {
        id: 'dpop-key-again',
        rule: 'A key that could not be read is read again.',
        find: 'if (this.#key === reading) this.#key = undefined',
        replace: '',
      },
      {
        id: 'dpop-public-half',
        rule: 'A key whose public half cannot be sent is refused where it is written.',
        find: 'source.key !== undefined && source.key.publicJwk === undefined',
        replace: 'false',
      },
      {
        id: 'dpop-es256',
        rule: 'Without a word of the user’s, proofs are by ES256.',
        find: "algorithm: SigningAlgorithm = 'ES256'",
        replace: "algorithm: SigningAlgorithm = 'RS256'",
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/dpop-nonces.ts',
    [nonces, dpop],
    [
      {
        id: 'nonces-origin',
        rule: 'A nonce is that of its origin.',
        find: 'this.#newest.get(url.origin)',
        replace: '[...this.#newest.values()].at(-1)',
      },
      {
        id: 'nonces-any-path',
        rule: 'A nonce is good for all paths of its origin.',
        find: 'this.#newest.get(url.origin)',
        replace: 'this.#newest.get(url.href)',
      },
      {
        id: 'nonces-length',
        rule: 'A page of text is no nonce.',
        find: ' || nonce.length > longestNonceChars',
        replace: '',
      },
      {
        id: 'nonces-characters',
        rule: 'What is no nonce by RFC 9449 is not repeated.',
        find: 'if (!/^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$/.test(nonce)) return undefined',
        replace: '',
      },
      {
        id: 'nonces-bounded',
        rule: 'Nonces of a thousand origins are kept, and no more.',
        find: 'if (this.#newest.size >= mostOrigins && !this.#newest.has(url.origin)) this.#newest.clear()',
        replace: '',
      },
      {
        id: 'nonces-full',
        rule: 'A nonce of an origin that is known clears no others.',
        find: ' && !this.#newest.has(url.origin)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/possession.ts',
    [dpop, 'rooms/bearer/proven-sending'],
    [
      {
        id: 'possession-bearer',
        rule: 'A bearer token is spent without a proof.',
        find: " || token.tokenType !== 'DPoP'",
        replace: '',
      },
      {
        id: 'possession-connection',
        rule: 'A token goes over the connection that it came over.',
        find: 'this.#transports.set(token, fetch)',
        replace: '',
        killers: [interop],
      },
      {
        id: 'possession-nonces-apart',
        rule: 'Nonces of resources are not those of the token endpoint.',
        find: 'this.#dpop?.resourceNonces.of(url)',
        replace: 'this.#dpop?.tokenNonces.of(url)',
      },
      {
        id: 'possession-learns-apart',
        rule: 'What a resource tells is learned for resources.',
        find: 'this.#dpop?.resourceNonces.learn(url, nonce)',
        replace: 'this.#dpop?.tokenNonces.learn(url, nonce)',
      },
    ],
  ),
]
