/**
 * Reads a refusal of the token endpoint (RFC 6749 section 5.2, and what servers send instead): which code
 * it is, what the server said, how long to wait, and what the reader of the message should change. Pure.
 */
import { forAudience, TokenEndpointError } from '../errors.ts'
import { oauthErrorCodes } from '../oauth-error-codes.ts'
import type { TokenEndpointErrorCode } from '../error-codes.ts'
import { quote } from './quoted-text.ts'
import { retryAfterMs } from './retry-after.ts'
import { isText } from './token-answer.ts'
import type { TokenAnswer, TokenQuestion } from './token-answer.ts'

type Members = Readonly<Record<string, unknown>> | undefined

export function refusalOf(
  answer: TokenAnswer,
  members: Members,
  question: TokenQuestion,
): TokenEndpointError {
  const { status } = answer
  const token = members?.['access_token']
  const secrets = isText(token) ? [...question.secrets, token] : question.secrets
  const oauthError = oauthErrorOf(members, secrets)
  const oauthErrorDescription = describe(answer.body, members, { secrets, oauthError })
  const code = codeOf(status)
  const waitMs = retryAfterMs(answer, question.startedWallMs)
  const said = [oauthError, oauthErrorDescription].filter(isText).join(': ')
  const message =
    `${question.endpoint} ${verb(code)} the request${forAudience(question.audience)} with ${status}` +
    `${said === '' ? '' : ` (${said})`}; ${advice(code, oauthError, status)}`
  return new TokenEndpointError(code, message, {
    audience: question.audience,
    status,
    oauthError,
    oauthErrorDescription,
    retryAfterMs: waitMs,
  })
}

function codeOf(status: number): TokenEndpointErrorCode {
  if (status === 429) return 'token_endpoint_throttled'
  if (status === 408 || status === 425 || status >= 500) return 'token_endpoint_failed'
  return 'token_endpoint_refused'
}

function verb(code: TokenEndpointErrorCode): string {
  return code === 'token_endpoint_failed' ? 'failed' : 'refused'
}

/** An RFC code has no spaces (section 5.2); Okta says `errorCode`. What is longer is a description. */
function oauthErrorOf(members: Members, secrets: readonly string[]): string | undefined {
  const given = [members?.['error'], members?.['errorCode']].find(isText)
  if (given === undefined || !isCode(given)) return undefined
  // Compared before secrets are hidden: a secret may be a word, and the code decides what we do.
  return oauthErrorCodes.includes(given) ? given : quote(given, secrets)
}

function isCode(text: string): boolean {
  return text.length <= 64 && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}

function describe(
  body: string | undefined,
  members: Members,
  { secrets, oauthError }: { secrets: readonly string[]; oauthError: string | undefined },
): string | undefined {
  if (members === undefined) return plainText(body, secrets)
  const words = [
    members['error_description'],
    members['errorSummary'],
    members['message'],
    members['error'],
  ].find((text) => isText(text) && text !== oauthError)
  return quote(words, secrets)
}

/** Plain text is quoted, a page is not: nobody finds the sentence in 200 characters of markup. */
function plainText(body: string | undefined, secrets: readonly string[]): string | undefined {
  if (body === undefined) return 'more than 1 MiB'
  if (/^\s*<|<\/?[a-z]+[\s>]/i.test(body.slice(0, 1000))) return 'an HTML page'
  // Half a JSON object may begin with the very token.
  if (/access_token|client_secret|assertion/i.test(body)) return 'a text that names a secret'
  return quote(body, secrets)
}

const adviceByError: Readonly<Record<string, string>> = {
  invalid_client:
    'check clientId, clientSecret and the authentication method that the client is registered for',
  unauthorized_client: 'allow this client the client_credentials grant',
  invalid_scope: 'check the scopes (separated by spaces) against those that the client may ask for',
  access_denied:
    'the client is known, but may not have this token: check audience and scopes, and its grants',
  invalid_target: 'check audience and resource against those that the client may ask for',
  unsupported_grant_type: 'enable the client_credentials grant at the authorization server',
  invalid_dpop_proof:
    'this server binds tokens to keys (RFC 9449): set dpop: true; if it is set, check this clock',
  use_dpop_nonce: 'set dpop: true, and the nonce that this server wants will be sent',
  invalid_request: 'check audience, scopes and parameters against what this server expects',
}

function advice(
  code: TokenEndpointErrorCode,
  oauthError: string | undefined,
  status: number,
): string {
  if (code === 'token_endpoint_throttled')
    return 'calls are answered with this until the pause is over'
  if (code === 'token_endpoint_failed')
    return 'the next call asks again after a pause; look at its health and log'
  const known =
    oauthError !== undefined && Object.hasOwn(adviceByError, oauthError)
      ? adviceByError[oauthError]
      : undefined
  if (known !== undefined) return known
  if (status === 401) return 'check clientId, clientSecret and the authentication method'
  if (status === 403) return 'check that this client may ask for this audience and these scopes'
  if (status === 404 || status === 405) return 'check the URL of the token endpoint'
  return 'check the request against what this server expects'
}
