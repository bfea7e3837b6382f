/** Time that moves when a test says so: the kit's, which every manager of our own tests runs on. */
export { manualClock } from 'm2m-tokens/testing'
export type { ManualClock } from 'm2m-tokens/testing'

/** Where it starts. */
export const startOfTime = Date.UTC(2030, 0, 1)
