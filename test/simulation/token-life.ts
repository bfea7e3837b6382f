/** The table of section 3, written down a second time: when a token is renewed, when it is spent. */
import type { IssuedToken } from './simulated-server.ts'
import type { VirtualWorld } from './virtual-world.ts'

function marginMs({ lifetimeMs }: IssuedToken): number {
  return Math.min(30_000, lifetimeMs / 10)
}

/** Milliseconds until it is past its margin by the first of both clocks. */
export function unusableInMs(token: IssuedToken, world: VirtualWorld): number {
  const usableMs = token.lifetimeMs - marginMs(token)
  const { startedAt, startedWall } = token
  return Math.min(startedAt + usableMs - world.at, startedWall + usableMs - world.wall)
}

/** From which age on it may be renewed, and by which age it must be where somebody asks for it. */
export function renewalWindow(token: IssuedToken) {
  const { lifetimeMs, refreshInMs } = token
  const quarterMs = Math.min(Math.max(lifetimeMs / 4, 5_000), 900_000)
  const wantedMs =
    refreshInMs === undefined ? Math.min(quarterMs, lifetimeMs / 2) : lifetimeMs - refreshInMs
  const aheadMs = Math.max(wantedMs, 2 * marginMs(token))
  return { earliestMs: lifetimeMs - aheadMs, latestMs: lifetimeMs - 0.8 * aheadMs }
}
