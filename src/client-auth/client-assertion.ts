/**
 * An assertion that somebody else makes (RFC 7521): a platform's workload identity, usually in a
 * file that is replaced before it expires, or a function of your own. Read again for every attempt.
 */
import { ClientAuthenticationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import { jwtHeader, jwtPayload } from '../wire/jwt-payload.ts'
import type { ClientAuthentication, ClientAuthenticationContext } from './client-authentication.ts'
import { textReader, unavailable } from './credential-source.ts'
import { assertionProof, jwtBearer } from './signed-assertion.ts'

/** What a function that makes assertions is told. */
export interface AssertionRequest {
  /** Whom the assertion is for: the issuer, or what the provider wants. */
  readonly audience: string
  readonly clientId: string
  readonly tokenEndpoint: string
}

/** A function that gives the assertion, or the file that holds it. */
export type AssertionSource =
  ((request: AssertionRequest) => string | Promise<string>) | { readonly file: string }

export interface ClientAssertionOptions {
  /** `client_assertion_type`. Default: the one for JWTs (RFC 7523 section 2.2). */
  readonly type?: string | undefined
}

const subject = {
  what: 'the client assertion',
  field: 'clientAssertion',
  code: 'client_assertion_unavailable',
} as const

/** @throws {ConfigurationError} `configuration_invalid` */
export function clientAssertion(
  source: AssertionSource,
  options: ClientAssertionOptions = {},
): ClientAuthentication {
  const what = { what: 'clientAssertion option', code: 'configuration_invalid' } as const
  const type = new FieldReader(options, ['type'], what).text('type') ?? jwtBearer
  const read = textReader(source, subject)
  return Object.freeze({
    method: 'client_assertion',
    rotates: typeof source !== 'string',
    prove: async (context: ClientAuthenticationContext) => {
      const { assertionAudience: audience, clientId, tokenEndpoint, now } = context
      const assertion = (await read({ audience, clientId, tokenEndpoint })).trim()
      if (assertion === '') throw unavailable(subject, 'it is blank')
      if (type === jwtBearer) checkJwt(assertion, now)
      const credential = typeof source === 'function' ? identityIn(assertion) : undefined
      return assertionProof(clientId, assertion, { type, credential })
    },
  })
}

/**
 * Who an assertion speaks for, and with which key: a function that signs anew each time has not changed
 * its mind. A file is another one when it has been replaced.
 */
function identityIn(assertion: string): string | undefined {
  const header = jwtHeader(assertion)
  const claims = jwtPayload(assertion)
  if (header === undefined || claims === undefined) return undefined
  return JSON.stringify([header['kid'], header['x5t#S256'], claims['iss'], claims['sub']])
}

/** Noticed here it names the cause; the server would only say `invalid_client`. */
function checkJwt(assertion: string, now: number): void {
  const claims = jwtPayload(assertion)
  const refusal = (problem: string) =>
    new ClientAuthenticationError('client_assertion_unavailable', `the client assertion ${problem}`)
  if (claims === undefined) {
    throw refusal('is not a signed JWT (three parts with dots between); is it the right file?')
  }
  const { exp, nbf } = claims
  if (exp !== undefined && typeof exp !== 'number') throw refusal('has an exp that is no number')
  if (exp !== undefined && exp * 1000 <= now) {
    const ago = Math.ceil(now / 1000 - exp)
    throw refusal(
      `expired ${ago} s ago; is its file still being replaced, and is this clock right?`,
    )
  }
  // Servers allow their own clock some difference; a minute is none that they would.
  if (typeof nbf === 'number' && nbf * 1000 > now + 60_000) {
    throw refusal(`is not valid for another ${Math.ceil(nbf - now / 1000)} s; is this clock right?`)
  }
}
