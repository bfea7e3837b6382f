/** The transcript of this example: what the Task service and others do, and what comes of it. */
import { clientSecretPost, TokenManager } from 'm2m-tokens'
import type { SuperTokensCore } from '../support/supertokens-core.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { registerTaskService } from './client-registration.ts'
import { carry, relabelled } from './misuse.ts'
import { described, ending, identity, status, verdict } from './outcome.ts'
import type { ProtectedService } from './protected-service.ts'
import type { Stranger } from './stranger.ts'
import { createTokens } from './task-service.ts'
import type { TaskServiceConfig } from './task-service.ts'
import { createTranscript } from '../support/transcript.ts'
import type { Transcript } from '../support/transcript.ts'

export interface System {
  readonly core: SuperTokensCore
  readonly server: AuthorizationServer
  readonly calendar: ProtectedService
  readonly files: ProtectedService
  readonly stranger: Stranger
}

interface Scene extends System {
  readonly config: TaskServiceConfig
  readonly tokens: TokenManager
  readonly step: Transcript['step']
}

export async function play(system: System): Promise<void> {
  const { step } = createTranscript('SuperTokens: the Task service calls Calendar and File', 49)
  const { core, server, calendar, files } = system
  const guess = registerTaskService({ url: core.url, apiKey: 'guessed' })
  step('a client registered with a guessed api-key', await ending(guess), 'the core answered 401')
  const client = await registerTaskService(core)
  step('the Task service registered', client.clientId.slice(0, 5), 'stcl_')
  const { apiDomain } = server
  const config = { ...client, apiDomain, calendarUrl: calendar.url, filesUrl: files.url }
  const tokens = createTokens(config)
  const scene = { ...system, config, tokens, step }
  try {
    await playCalls(scene)
    await playMisuse(scene)
    await playRefusals(scene)
    await playRevocation(scene)
    await playPeople(scene)
  } finally {
    await tokens.close()
  }
}

const post = { method: 'POST' }

async function playCalls({ core, calendar, files, tokens, step }: Scene): Promise<void> {
  const events = `${calendar.url}/events`
  const documents = `${files.url}/files`
  step('POST /events at Calendar', await status(tokens.fetch(events, post)), 201)
  step('GET /files at File', await status(tokens.fetch(documents)), 200)
  const calls = Array.from({ length: 50 }, () => [tokens.fetch(events), tokens.fetch(documents)])
  const answers = await Promise.all(calls.flat().map(status))
  step('a hundred more, answered 200', answers.filter((one) => one === 200).length, 100)
  step('tokens asked for: one for each audience', core.tokenRequests(), 2)
  const token = await tokens.getToken('event', ['event.create'])
  const expected = 'aud event, scp event.create, stt 1, kid s-…'
  step("getToken('event', ['event.create'])", described(token), expected)
}

async function playMisuse({ calendar, stranger, tokens, step }: Scene): Promise<void> {
  const events = `${calendar.url}/events`
  const { authorization } = await tokens.getToken('file', ['file.view'])
  const carried = carry(authorization, events)
  step('a token for File, taken to Calendar by hand', await verdict(carried), '401 invalid_token')
  const origins = [calendar.url]
  const reader = tokens.for({ audience: 'event', scopes: ['event.view'], origins })
  step('GET /events with event.view alone', await verdict(reader.fetch(events)), '200')
  const written = reader.fetch(events, post)
  step('POST /events with event.view alone', await verdict(written), '403 insufficient_scope')
  step('GET /events without a token', await verdict(fetch(events)), '401')
  const elsewhere = tokens.fetch(stranger.url)
  step('our fetch, to an origin that is not listed', await ending(elsewhere), 'origin_not_listed')
  step('requests that arrived there', stranger.received(), 0)
}

async function playRefusals({ config, tokens, step }: Scene): Promise<void> {
  const guesser = createTokens({ ...config, clientSecret: 'guessed' })
  const guess = guesser.getToken('event', ['event.view'])
  step('a token asked for with a wrong secret', await ending(guess), '401 invalid_client')
  await guesser.close()
  const poster = new TokenManager({
    tokenEndpoint: `${config.apiDomain}/auth/oauth/token`,
    clientId: config.clientId,
    clientAuthentication: clientSecretPost(config.clientSecret),
  })
  const posted = poster.getToken('event', ['event.view'])
  step('with the right one, but in the body', await ending(posted), '401 invalid_client')
  await poster.close()
  const scope = tokens.getToken('event', ['event.delete'])
  step('a scope that the client was not given', await ending(scope), '400 invalid_scope')
  const audience = tokens.getToken('billing', ['event.view'])
  step('an audience that it was not given', await ending(audience), '400 invalid_request')
}

async function playRevocation({ config, server, ...scene }: Scene): Promise<void> {
  const { calendar, files, tokens, step } = scene
  const events = `${calendar.url}/events`
  const { authorization } = await tokens.getToken('event', ['event.view', 'event.create'])
  await server.revokeTokensOf(config.clientId)
  const revoked = carry(authorization, events, 'POST')
  step('its tokens revoked; the held one at Calendar', await verdict(revoked), '401 invalid_token')
  const before = calendar.refused()
  step('POST /events by our fetch', await status(tokens.fetch(events, post)), 201)
  step('refused on the way, and renewed', calendar.refused() - before, 1)
  // File verifies locally: for it the revoked token is good for as long as it lives.
  step('GET /files at File', await status(tokens.fetch(`${files.url}/files`)), 200)
}

async function playPeople({ config, server, calendar, tokens, step }: Scene): Promise<void> {
  const me = `${config.apiDomain}/me`
  const session = `Bearer ${await server.signIn('alice')}`
  step('GET /me by the Task service (stt 1)', await identity(tokens.fetch(me)), 'a machine')
  step('GET /me by a person (session, stt 0)', await identity(carry(session, me)), 'alice')
  // An application may put any claim but its own protected ones into a session: `stt` decides.
  const alike = await server.signIn('alice', { aud: ['event'], scp: ['event.view'] })
  const events = carry(`Bearer ${alike}`, `${calendar.url}/events`)
  step(
    'a session with the same aud and scp, at Calendar',
    await verdict(events),
    '401 invalid_token',
  )
  const token = await tokens.getToken('event', ['event.create'])
  const foreign = carry(token.authorization, me)
  step('a token for Calendar at /me', await verdict(foreign), '401 invalid_token')
  const forged = carry(`Bearer ${relabelled(token.accessToken)}`, me)
  step('the same, with its stt changed to 0', await verdict(forged), '401 invalid_token')
}
