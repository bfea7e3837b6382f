/**
 * What the authorization server remembers: assertions that were used, so that none is used twice.
 * Its tokens are JWTs and are not kept.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'

export class MemoryAdapter implements Adapter {
  private readonly held = new Map<string, AdapterPayload>()

  upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.held.set(id, payload)
    return Promise.resolve()
  }
  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.held.get(id))
  }
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  consume(): Promise<void> {
    return Promise.resolve()
  }
  destroy(id: string): Promise<void> {
    this.held.delete(id)
    return Promise.resolve()
  }
  revokeByGrantId(): Promise<void> {
    return Promise.resolve()
  }
}
