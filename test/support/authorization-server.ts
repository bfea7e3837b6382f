/** The kit's authorization server as our own tests use it: opaque tokens, and anybody is believed. */
import { startAuthorizationServer as startKitServer } from 'm2m-tokens/testing'
import type { AuthorizationServer, ScriptedAnswer } from 'm2m-tokens/testing'
import { onTestFinished } from 'vitest'

export type { ScriptedAnswer } from 'm2m-tokens/testing'

type KitParts = 'issuer' | 'tokenEndpoint' | 'requests' | 'issued' | 'always' | 'hold'

export interface ScriptedServer extends Pick<AuthorizationServer, KitParts | 'stop' | 'restart'> {
  metadata: Record<string, unknown> | undefined
  /** Answers the next token requests with these, then goes on as a healthy server. */
  answer(...answers: readonly ScriptedAnswer[]): void
  readonly form: (index?: number) => URLSearchParams
}

export async function startAuthorizationServer({
  lifetimeSeconds,
}: { readonly lifetimeSeconds?: number } = {}): Promise<ScriptedServer> {
  const kit = await startKitServer({ lifetimeSeconds, tokenFormat: 'opaque', clients: 'any' })
  onTestFinished(() => kit.close())
  const { issuer, tokenEndpoint } = kit
  // The least that discovery needs; a test adds what it is about.
  kit.metadata = { issuer, token_endpoint: tokenEndpoint }
  return Object.assign(kit, {
    metadata: kit.metadata,
    answer: kit.answerNext.bind(kit),
    form: (index = -1) => kit.requests.at(index)?.form ?? new URLSearchParams(),
  })
}
