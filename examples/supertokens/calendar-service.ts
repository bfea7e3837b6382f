/** The Calendar service: audience `event`. What is written there must not rest on a revoked token. */
import { startProtectedService } from './protected-service.ts'
import type { ProtectedService } from './protected-service.ts'

export function startCalendarService(apiDomain: string): Promise<ProtectedService> {
  return startProtectedService({
    apiDomain,
    audience: 'event',
    collection: '/events',
    asksForRevocation: true,
  })
}
