/** The transcript of this example: what a caller of the Hello World API does, and what it gets. */
import type { AccessToken, TokenManager } from 'm2m-tokens'
import type { OktaOrg } from '../support/okta-org.ts'
import { createTokens } from './caller.ts'
import type { CallerConfig } from './caller.ts'
import type { Environment } from './environment.ts'
import type { HelloWorldApi } from './hello-world-api.ts'
import { honestFetch } from './honest-fetch.ts'
import { claimsOf, ending, oktaErrorCode, outcome } from './outcome.ts'
import { register } from './registration.ts'
import { createTranscript } from '../support/transcript.ts'
import type { Transcript } from '../support/transcript.ts'

export interface System {
  readonly org: OktaOrg
  readonly environment: Environment
  readonly audience: string
  readonly api: HelloWorldApi
  /** The same API, for another audience. */
  readonly otherApi: HelloWorldApi
}

interface Scene extends System {
  readonly config: CallerConfig
  readonly tokens: TokenManager
  readonly step: Transcript['step']
}

const hello = '200 Hello World!'
const refused = '401 with { error }'

export async function play(system: System): Promise<void> {
  const { step } = createTranscript('Okta: a caller of the Hello World API', 47)
  const { environment, api } = system
  step('names read from .env', Object.keys(environment).length, 6)
  const config = {
    issuer: environment.ISSUER,
    audience: system.audience,
    scope: environment.DEFAULT_SCOPE,
    apiUrl: api.url,
    clientId: environment.TEST_CLIENT_ID,
    clientSecret: environment.TEST_CLIENT_SECRET,
  }
  const tokens = createTokens(config)
  const scene = { ...system, config, tokens, step }
  try {
    await playCalls(scene)
    await playRefusals(scene)
    await playRegistration(scene)
    await playRotation(scene)
    await playTutorial(scene)
  } finally {
    await tokens.close()
  }
}

async function playCalls({ org, api, otherApi, config, tokens, step }: Scene): Promise<void> {
  step('GET / without a token', await outcome(fetch(api.url)), refused)
  step('GET / by our fetch', await outcome(tokens.fetch(api.url)), hello)
  const calls = Array.from({ length: 50 }, () => outcome(tokens.fetch(api.url)))
  const good = (await Promise.all(calls)).filter((one) => one === hello)
  step('fifty more, greeted', good.length, 50)
  step('tokens asked for', org.tokenRequests(), 1)
  const token = await tokens.getToken(config.audience, [config.scope])
  step('the token', claimsOf(token), 'ver 1, aud api://hello-world, scp such_scope')
  const carried = await outcome(carry(token, otherApi.url), 'audience')
  step('taken by hand to an API of another audience', carried, `${refused} about audience`)
  const other = await tokens.getToken(config.audience, ['much_scope'])
  const short = await outcome(carry(other, api.url), 'scp')
  step('a token with another scope, by hand', short, `${refused} about scp`)
  const elsewhere = tokens.fetch(otherApi.url)
  step('our fetch, to an origin that is not listed', await ending(elsewhere), 'origin_not_listed')
}

async function playRefusals({ org, config, tokens, step }: Scene): Promise<void> {
  const before = org.tokenRequests()
  const other = tokens.getToken('api://goodbye-world', [config.scope])
  step('another audience than the server is set to', await ending(other), 'request_invalid')
  step('no scope at all', await ending(tokens.getToken(config.audience)), 'request_invalid')
  step('requests for these two', org.tokenRequests() - before, 0)
  const scope = tokens.getToken(config.audience, ['no_such_scope'])
  step('a scope that is not configured', await ending(scope), '400 invalid_scope')
  const guess = { ...config, clientSecret: 'guessed' }
  step('a wrong secret', await firstToken(guess), '401 invalid_client')
  const unknown = { ...guess, clientId: '0oa' }
  step('an unknown client: what Okta calls it', await oktaErrorCode(unknown), 'invalid_client')
  step('and what our error says', await firstToken(unknown), '401 invalid_client')
}

async function playRegistration({ api, config, step }: Scene): Promise<void> {
  for (const method of ['GET', 'POST']) {
    const client = await register(api.url, 'Awesome App Name', method)
    step(`${method} /register/:label`, client.clientId.slice(0, 3), '0oa')
    const tokens = createTokens({ ...config, ...client })
    step('GET / by that client, at once', await outcome(tokens.fetch(api.url)), hello)
    await tokens.close()
  }
}

async function playRotation({ org, api, config, tokens, step }: Scene): Promise<void> {
  const token = await tokens.getToken(config.audience, [config.scope])
  await restartWithNewKey({ org, api })
  const held = await outcome(carry(token, api.url), 'signing key')
  step('new signing key, API restarted: the held token', held, `${refused} about signing key`)
  const before = api.refused()
  step('GET / by our fetch', await outcome(tokens.fetch(api.url)), hello)
  step('refused on the way, and renewed', api.refused() - before, 1)
}

async function playTutorial({ org, api, config, tokens, step }: Scene): Promise<void> {
  const url = `${api.url}/tutorial`
  const honest = createTokens({ ...config, fetch: honestFetch(api.url) })
  step('GET /tutorial without a token', await outcome(fetch(url)), '200 with { error }')
  step('GET /tutorial by our fetch', await outcome(honest.fetch(url)), hello)
  await restartWithNewKey({ org, api })
  const unnoticed = await outcome(tokens.fetch(url))
  step('new key again: by our fetch, judged by status', unnoticed, '200 with { error }')
  step('by our fetch over honestFetch', await outcome(honest.fetch(url)), hello)
  await honest.close()
}

/** What our library never does: a token taken somewhere by hand. */
function carry({ authorization }: AccessToken, url: string): Promise<Response> {
  return fetch(url, { headers: { authorization } })
}

async function restartWithNewKey({ org, api }: Pick<System, 'org' | 'api'>): Promise<void> {
  await org.rotateKey()
  api.restart()
}

async function firstToken(config: CallerConfig): Promise<string> {
  const tokens = createTokens(config)
  const text = await ending(tokens.getToken(config.audience, [config.scope]))
  await tokens.close()
  return text
}
