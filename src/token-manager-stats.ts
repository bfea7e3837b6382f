/** What `TokenManager.stats()` tells. */

/** What has happened since the manager was made, and what it holds now. */
export interface TokenManagerStats {
  /** Calls answered from memory at once. */
  readonly hits: number
  /** Calls that waited for an acquisition, their own or another's. */
  readonly waits: number
  /** Of these, calls that joined one already under way. */
  readonly joins: number
  /** Requests sent to the token endpoint, retries included. */
  readonly tokenRequests: number
  /** Tokens acquired where none was usable. */
  readonly acquired: number
  /** Tokens acquired while one was still usable. */
  readonly renewed: number
  /** Acquisitions that ended with a token of another process, from the store; no request was sent. */
  readonly storeHits: number
  readonly failures: number
  readonly invalidations: number
  readonly evictions: number
  /** Keys held. */
  readonly entries: number
  /** Keys with an acquisition under way. */
  readonly inFlight: number
}
