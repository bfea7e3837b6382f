/** What has happened since the start: plain numbers, so that a hit costs one addition. */
export interface Counters {
  hits: number
  waits: number
  joins: number
  tokenRequests: number
  storeHits: number
  acquired: number
  renewed: number
  failures: number
  invalidations: number
  evictions: number
}

export function newCounters(): Counters {
  return {
    hits: 0,
    waits: 0,
    joins: 0,
    tokenRequests: 0,
    storeHits: 0,
    acquired: 0,
    renewed: 0,
    failures: 0,
    invalidations: 0,
    evictions: 0,
  }
}
