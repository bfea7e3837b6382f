/** A manager with its scripted authorization server, on manual time, closed when the test ends. */
import { TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'
import { startAuthorizationServer } from './authorization-server.ts'
import type { ScriptedServer } from './authorization-server.ts'
import { manualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'
import { some } from './some.ts'

export interface Started {
  readonly tokens: TokenManager
  readonly server: ScriptedServer
  readonly clock: ManualClock
}

export interface StartSettings {
  readonly lifetimeSeconds?: number
  readonly options?: Partial<TokenManagerOptions>
}

export async function start(settings: StartSettings = {}): Promise<Started> {
  const server = await startAuthorizationServer(settings)
  const clock = manualClock()
  const tokens = createManager(server, { clock, ...settings.options })
  return { tokens, server, clock }
}

/** No jitter: `random` at 0 retries at once and renews at the full window before the end. */
export function createManager(
  server: Pick<ScriptedServer, 'tokenEndpoint'>,
  options: Partial<TokenManagerOptions> = {},
): TokenManager {
  const tokens = new TokenManager(
    some.options({ tokenEndpoint: server.tokenEndpoint, random: () => 0, ...options }),
  )
  onTestFinished(() => tokens.close())
  return tokens
}

/** The error that a promise rejects with; fails the test if it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it resolved')
}
