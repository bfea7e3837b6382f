/** The File service: audience `file`. Local verification is enough for it. */
import { startProtectedService } from './protected-service.ts'
import type { ProtectedService } from './protected-service.ts'

export function startFileService(apiDomain: string): Promise<ProtectedService> {
  return startProtectedService({
    apiDomain,
    audience: 'file',
    collection: '/files',
    asksForRevocation: false,
  })
}
