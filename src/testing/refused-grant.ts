/** A token request that a healthy server refuses: RFC 6749 section 5.2. Holds no secret. */

export class RefusedGrant extends Error {
  override readonly name = 'RefusedGrant'
  /** The `error` of the answer. */
  readonly oauthError: string
  readonly status: number

  constructor(oauthError: string, description: string) {
    super(description)
    this.oauthError = oauthError
    this.status = oauthError === 'invalid_client' ? 401 : 400
  }
}
