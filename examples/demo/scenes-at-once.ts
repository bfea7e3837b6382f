/** The scenes that need no time to pass: first tokens, a herd, a revoked token, a wrong audience. */
import { decodeJwt } from 'jose'
import type { AccessToken } from 'm2m-tokens'
import { calendarAudience, filesAudience } from '../support/services.ts'
import { always, exactly } from './check.ts'
import { countOk, growthOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { outcomeOf } from './task-service.ts'

export const firstTokens: Scene = {
  title: 'the first token for each audience',
  play: async ({ services: { server }, newTaskService }) => {
    const { createEvent, listFiles } = newTaskService()
    const forCalendar = growthOf(() => server.tokenRequests(calendarAudience))
    const forFiles = growthOf(() => server.tokenRequests(filesAudience))
    const event = await createEvent()
    const files = await listFiles()
    const afterwards = growthOf(server.tokenRequests)
    const again = [await createEvent(), await listFiles()]
    return [
      exactly('answer of the Calendar service (fetch)', 200, event.ending),
      exactly('answer of the File service (axios)', 200, files.ending),
      exactly('token requests for the Calendar service', 1, forCalendar()),
      exactly('token requests for the File service', 1, forFiles()),
      always('the same two calls again: answered 200', countOk(again), again.length),
      exactly('token requests for them', 0, afterwards()),
    ]
  },
}

const herd = { tokens: 400, requests: 100 } as const

export const coldHerd: Scene = {
  title: '1,000 calls at once, cold cache',
  play: async ({ services: { server }, newTaskService }) => {
    server.latencyMs = 200
    const { tokens, createEvent, listFiles, eventToken, fileToken } = newTaskService()
    const forCalendar = growthOf(() => server.tokenRequests(calendarAudience))
    const forFiles = growthOf(() => server.tokenRequests(filesAudience))
    const handedOut = Array.from({ length: herd.tokens }, () => [eventToken(), fileToken()])
    const sent = Array.from({ length: herd.requests }, () => [createEvent(), listFiles()])
    const received = await Promise.all(handedOut.flat())
    const answered = await Promise.all(sent.flat())
    const calls = received.length + answered.length
    return [
      exactly('calls, all started before the first token', 1000, calls),
      always('requests answered 200', countOk(answered), answered.length),
      exactly('different tokens handed out', 2, new Set(received).size),
      exactly('token requests for the Calendar service', 1, forCalendar()),
      exactly('token requests for the File service', 1, forFiles()),
      exactly("token requests by the library's own count", 2, tokens.stats().tokenRequests),
    ]
  },
}

export const revokedToken: Scene = {
  title: 'a token is revoked',
  play: async ({ services: { server, calendar, files }, newTaskService }) => {
    const { createEvent, listFiles, eventToken, fileToken } = newTaskService()
    calendar.revoke(idOf(await eventToken()))
    files.revoke(idOf(await fileToken()))
    const forCalendar = growthOf(() => server.tokenRequests(calendarAudience))
    const forFiles = growthOf(() => server.tokenRequests(filesAudience))
    const refusals = growthOf(calendar.refused)
    const event = await createEvent()
    const crowd = await Promise.all(Array.from({ length: 50 }, listFiles))
    return [
      exactly('401s of the Calendar service to one call', 1, refusals()),
      exactly('renewals because of it', 1, forCalendar()),
      exactly('what the caller saw', 200, event.ending),
      always('50 calls at once to files: answered 200', countOk(crowd), crowd.length),
      exactly('renewals because of all of them', 1, forFiles()),
    ]
  },
}

export const wrongAudience: Scene = {
  title: 'a token where it does not belong',
  play: async ({ services: { server, files, stranger }, newTaskService }) => {
    const { eventToken, fetch } = newTaskService()
    const { authorization } = await eventToken()
    const misused = await outcomeOf(globalThis.fetch(files.url, { headers: { authorization } }))
    const asked = growthOf(server.tokenRequests)
    const unlisted = await fetch(`${stranger.url}/events`)
    return [
      exactly('File service, given a Calendar token', 401, misused.ending),
      exactly('fetch to an origin that is not listed', 'origin_not_listed', unlisted.ending),
      exactly('requests that reached that origin', 0, stranger.received()),
      exactly('token requests for it', 0, asked()),
    ]
  },
}

function idOf(token: AccessToken): string {
  return decodeJwt(token.accessToken).jti ?? ''
}
