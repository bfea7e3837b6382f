/** How a call ended, in one line that may be shown: no token is ever part of it. */
import { isTokenError } from 'm2m-tokens'

/** Status and body; of a refusal, its status and its error code. */
export async function outcomeOf(answer: Promise<Response>): Promise<string> {
  const response = await answer
  const body = await response.text()
  const shown = response.ok ? body : errorIn(body)
  return `${response.status} ${shown}`.trimEnd()
}

/** What the authorization server answered when it was asked for a token, and gave none. */
export async function refusalOf(token: Promise<unknown>): Promise<string> {
  return token.then(
    () => 'a token',
    (error: unknown) => {
      if (!isTokenError(error) || error.code !== 'token_endpoint_refused') throw error
      return `${error.status} ${error.oauthError ?? ''}`.trimEnd()
    },
  )
}

function errorIn(body: string): string {
  if (body === '') return ''
  const { error } = JSON.parse(body) as { readonly error?: unknown }
  return typeof error === 'string' ? error : ''
}
