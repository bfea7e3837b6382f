/**
 * A long-lived bearer credential that stands for the client: sent in the `Authorization` header of
 * the token request, and nowhere else.
 */
import { ClientAuthenticationError } from '../errors.ts'
import { jwtPayload } from '../wire/jwt-payload.ts'
import type { ClientAuthentication, ClientAuthenticationContext } from './client-authentication.ts'
import type { ClientSecret } from './client-secret.ts'
import { textReader } from './credential-source.ts'

const subject = {
  what: 'the bearer credential',
  field: 'bearerCredential',
  code: 'client_secret_unavailable',
} as const

/**
 * @param credential The credential, a function that gives it, or `{ file }`; the last two are read
 *   again for every attempt.
 * @throws {ConfigurationError} `configuration_invalid`
 */
export function bearerCredential(credential: ClientSecret): ClientAuthentication {
  const read = textReader(credential, subject)
  return Object.freeze({
    method: 'bearer_credential',
    rotates: typeof credential !== 'string',
    prove: async ({ now }: ClientAuthenticationContext) => {
      const text = (await read()).trim()
      const problem = problemOf(text, now)
      if (problem !== undefined) {
        throw new ClientAuthenticationError(
          'client_secret_unavailable',
          `the bearer credential ${problem}`,
        )
      }
      return { headers: { authorization: `Bearer ${text}` }, parameters: [], secrets: [text] }
    },
  })
}

function problemOf(text: string, now: number): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(text)) return 'cannot stand in a header; is it the right text?'
  const exp = jwtPayload(text)?.['exp']
  if (typeof exp !== 'number' || exp * 1000 > now) return undefined
  return `expired ${Math.ceil(now / 1000 - exp)} s ago; have a new one issued`
}
