/** Client authentication method × real server: how each is registered, and used rightly and wrongly. */
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import {
  clientAssertion,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  privateKeyJwt,
  selfSignedTlsClientAuth,
  tlsClientAuth,
} from 'm2m-tokens'
import type { ClientAuthentication, SigningAlgorithm, TokenManagerOptions } from 'm2m-tokens'
import { SignJWT } from 'jose'
import type { ClientAuthMethod, ClientMetadata } from 'oidc-provider'
import { createSelfSigned } from '../../support/certificates.ts'
import type { Certificate } from '../../support/certificates.ts'
import { startExpressOAuth } from './express-oauth.ts'
import { startIntrospectingResource } from './introspecting-resource.ts'
import { startOidcServer } from './oidc-server.ts'
import { startOidcTls } from './oidc-tls.ts'

export interface Opened {
  readonly options: TokenManagerOptions
  readonly resourceUrl: string
}

export interface AuthenticationCase {
  readonly method: string
  readonly variant: string
  readonly server: string
  open(credential: 'right' | 'wrong'): Promise<Opened>
}

export const scopeOf = 'event.view'
export const methods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'client_assertion',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const

const clientId = 'task-service'
const secret = 'fake-secret-of-the-task-service-that-is-long-enough-for-HS512-which-wants-64'
const wrongSecret = secret.replace('fake', 'fate')

type Registration = Partial<ClientMetadata>

/** A client at oidc-provider that is registered for this method. */
function oidc(
  [method, variant]: readonly [(typeof methods)[number], string],
  prepare: () => {
    readonly registration: Registration
    readonly proof: (right: boolean) => ClientAuthentication
  },
): AuthenticationCase {
  return {
    method,
    variant,
    server: 'oidc-provider',
    open: async (credential) => {
      const { registration, proof } = prepare()
      const server = await startOidcServer({ authMethods: methodsWithoutTls })
      server.register({ client_id: clientId, ...registration })
      const resource = await startIntrospectingResource(server)
      return {
        resourceUrl: resource.origin,
        options: {
          issuer: server.issuer,
          clientId,
          clientAuthentication: proof(credential === 'right'),
        },
      }
    },
  }
}

const methodsWithoutTls: ClientAuthMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
]

const bySecret = (
  method: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt',
  variant: string,
  proof: (text: string) => ClientAuthentication,
) =>
  oidc([method, variant], () => ({
    registration: {
      client_secret: secret,
      token_endpoint_auth_method: method,
      ...(method === 'client_secret_jwt'
        ? { token_endpoint_auth_signing_alg: variant.slice(0, 5) as 'HS256' }
        : {}),
    },
    proof: (right) => proof(right ? secret : wrongSecret),
  }))

function newKey(algorithm: SigningAlgorithm) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function byKey(algorithm: SigningAlgorithm, form: 'PEM' | 'JWK' | 'KeyObject' | 'signer') {
  return oidc(['private_key_jwt', `${algorithm}, ${form}`], () => {
    const [own, other] = [newKey(algorithm), newKey(algorithm)]
    const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'one', alg: algorithm }
    return {
      registration: {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: algorithm as 'ES256',
        jwks: { keys: [jwk] } as NonNullable<Registration['jwks']>,
      },
      proof: (right) => {
        const { privateKey } = right ? own : other
        const options = { algorithm, keyId: 'one' }
        if (form === 'KeyObject') return privateKeyJwt({ key: privateKey, ...options })
        if (form === 'JWK')
          return privateKeyJwt({ key: privateKey.export({ format: 'jwk' }), ...options })
        if (form === 'PEM') {
          const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
          return privateKeyJwt({ key, ...options })
        }
        const dsaEncoding = 'ieee-p1363'
        return privateKeyJwt({
          key: {
            algorithm,
            keyId: 'one',
            sign: (data) => Promise.resolve(sign('sha256', data, { key: privateKey, dsaEncoding })),
          },
        })
      },
    }
  })
}

/** A workload identity: somebody else signs, we only pass it on. */
const byAssertion = oidc(['client_assertion', 'function'], () => {
  const [own, other] = [newKey('ES256'), newKey('ES256')]
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }
  return {
    registration: {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] } as NonNullable<Registration['jwks']>,
    },
    proof: (right) =>
      clientAssertion(({ audience, clientId: subject }) =>
        new SignJWT({ jti: crypto.randomUUID() })
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .setIssuer(subject)
          .setSubject(subject)
          .setAudience(audience)
          .setExpirationTime('1m')
          .sign(right ? own.privateKey : other.privateKey),
      ),
  }
})

function byCertificate(
  method: 'tls_client_auth' | 'self_signed_tls_client_auth',
): AuthenticationCase {
  return {
    method,
    variant: 'PEM',
    server: 'oidc-provider, TLS',
    open: async (credential) => {
      const server = await startOidcTls({
        authMethods: ['tls_client_auth', 'self_signed_tls_client_auth'],
      })
      const bySelf = method === 'self_signed_tls_client_auth'
      const newIdentity = (commonName: string) =>
        bySelf ? createSelfSigned({ commonName, usage: 'client' }) : server.client(commonName)
      const [own, other] = [await newIdentity(clientId), await newIdentity('another')]
      server.register({
        client_id: clientId,
        token_endpoint_auth_method: method,
        tls_client_certificate_bound_access_tokens: true,
        ...(bySelf
          ? { jwks: { keys: [publicKeyOf(own)] } as NonNullable<Registration['jwks']> }
          : { tls_client_auth_subject_dn: `CN=${clientId}` }),
      })
      const resource = await startIntrospectingResource(server, server.listener)
      const { certificatePem: certificate, keyPem: key } = credential === 'right' ? own : other
      const identity = { certificate, key, ca: server.authority.certificatePem }
      return {
        resourceUrl: resource.origin,
        options: {
          issuer: server.issuer,
          clientId,
          clientAuthentication: bySelf
            ? selfSignedTlsClientAuth(identity)
            : tlsClientAuth(identity),
        },
      }
    },
  }
}

/** As a client registers it: the public key, and the certificate around it. */
function publicKeyOf({ certificatePem }: Certificate) {
  const certificate = new X509Certificate(certificatePem)
  const x5c = [certificate.raw.toString('base64')]
  return { ...certificate.publicKey.export({ format: 'jwk' }), x5c }
}

function expressCase(
  method: 'client_secret_basic' | 'client_secret_post',
  proof: (text: string) => ClientAuthentication,
): AuthenticationCase {
  return {
    method,
    variant: method === 'client_secret_basic' ? 'raw' : 'secret',
    server: 'express-oauth-server',
    open: async (credential) => {
      const server = await startExpressOAuth()
      server.register(clientId, secret)
      return {
        resourceUrl: server.protectedUrl,
        options: {
          tokenEndpoint: server.tokenEndpoint,
          clientId,
          clientAuthentication: proof(credential === 'right' ? secret : wrongSecret),
        },
      }
    },
  }
}

export const authenticationCases: readonly AuthenticationCase[] = [
  bySecret('client_secret_basic', 'secret', clientSecretBasic),
  bySecret('client_secret_post', 'secret', clientSecretPost),
  bySecret('client_secret_jwt', 'HS256', (text) => clientSecretJwt(text)),
  bySecret('client_secret_jwt', 'HS512', (text) => clientSecretJwt(text, { algorithm: 'HS512' })),
  byKey('ES256', 'PEM'),
  byKey('ES256', 'signer'),
  byKey('RS256', 'PEM'),
  byKey('PS256', 'KeyObject'),
  byKey('EdDSA', 'JWK'),
  byAssertion,
  byCertificate('tls_client_auth'),
  byCertificate('self_signed_tls_client_auth'),
  expressCase('client_secret_basic', (text) => clientSecretBasic(text, { encoding: 'raw' })),
  expressCase('client_secret_post', clientSecretPost),
]
