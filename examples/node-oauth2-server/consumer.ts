/** The consumer: the nine things it does at the provider, and what it must see each time. */
import type { TokenManager } from 'm2m-tokens'
import type { RegisteredClient } from './model.ts'
import { outcomeOf, refusalOf } from './outcome.ts'
import { createTokens, scopes } from './tokens.ts'
import type { Addresses } from './tokens.ts'
import type { Transcript } from '../support/transcript.ts'

export async function consume(
  provider: Addresses,
  client: RegisteredClient,
  transcript: Transcript,
): Promise<void> {
  await knock(provider, client, transcript)
  const tokens = createTokens(provider, client)
  try {
    await getToken(tokens, transcript)
    await useResource(provider, tokens, transcript)
  } finally {
    await tokens.close()
  }
}

/** Without a token, and without the right to one. */
async function knock(
  provider: Addresses,
  client: RegisteredClient,
  { step }: Transcript,
): Promise<void> {
  const { url } = provider
  step('GET  /public', await outcomeOf(fetch(`${url}/public`)), '200 open to all')
  step('GET  /read-resource, no token', await outcomeOf(fetch(`${url}/read-resource`)), '401')
  const tokens = createTokens(provider, { ...client, clientSecret: 'not-the-secret' })
  const refused = await refusalOf(tokens.getToken({ scopes }))
  step('POST /token, bad credentials', refused, '401 invalid_client')
  await tokens.close()
}

async function getToken(tokens: TokenManager, { step }: Transcript): Promise<void> {
  const token = await tokens.getToken({ scopes })
  const minutes = Math.round((token.expiresAt - Date.now()) / 60_000)
  const granted = `${token.tokenType}, ${token.scopes.join(' ')}, ${minutes} minutes`
  step('POST /token, valid credentials', granted, 'Bearer, read write, 60 minutes')
  const again = await tokens.getToken({ scopes })
  const held = again === token ? 'the one that is held' : 'another one'
  step('a token, asked for once more', held, 'the one that is held')
}

async function useResource(
  { url }: Addresses,
  { fetch }: TokenManager,
  { step }: Transcript,
): Promise<void> {
  const read = () => outcomeOf(fetch(`${url}/read-resource`))
  const write = (headers: Readonly<Record<string, string>> = {}) => {
    const body = JSON.stringify({ value: 'spring' })
    const init = {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    }
    return outcomeOf(fetch(`${url}/write-resource`, init))
  }
  step('GET  /read-resource, nothing there yet', await read(), '200 {"resource":null}')
  // A caller's own header is left alone, and so is the refusal that it earns.
  const bad = await write({ authorization: 'Bearer made-up' })
  step('POST /write-resource, a made-up token', bad, '401 invalid_token')
  step('POST /write-resource', await write(), '200 {"message":"resource created"}')
  step('GET  /read-resource, written', await read(), '200 {"resource":"spring"}')
}
