/** The type of `TokenManager.getToken`: two spellings of one question. */
import type { AccessToken } from './access-token.ts'
import type { TokenRequestInput } from './request/token-request.ts'
import type { GetTokenOptions } from './token-source.ts'

export interface GetToken {
  /**
   * A token for this audience and these scopes: at once where one is held, else after one
   * acquisition that all concurrent callers share.
   *
   * @param audience The name of the service that the token is for.
   * @param scopes An array, or one string with spaces. Order and repetition do not matter.
   * @throws {TokenError} with a stable `code`; see the README's table.
   * @see RFC 6749 section 4.4
   */
  (
    audience: string,
    scopes?: string | readonly string[],
    options?: GetTokenOptions,
  ): Promise<AccessToken>
  /**
   * A token for a request in full: for servers that name recipients by URI (RFC 8707), or want
   * further parameters.
   *
   * @throws {TokenError} with a stable `code`; see the README's table.
   */
  (request: TokenRequestInput, options?: GetTokenOptions): Promise<AccessToken>
}
