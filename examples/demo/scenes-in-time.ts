/** The scenes that are about time passing: tokens that end, and a server that goes away. */
import { calendarAudience, filesAudience } from '../support/services.ts'
import { always, atLeast, exactly } from './check.ts'
import { callSteadily, countOk, growthOf, slowestMs } from './scene.ts'
import type { Scene } from './scene.ts'
import { outcomeOf } from './task-service.ts'
import type { Ending } from './task-service.ts'

const renewals = 3

export const renewalBehind: Scene = {
  title: 'renewal behind the callers',
  play: async ({ services: { server }, newTaskService, say, note }) => {
    server.lifetimeSeconds = 3
    server.latencyMs = 200
    const service = newTaskService()
    const { tokens, createEvent, listFiles } = service
    await Promise.all([createEvent(), listFiles()])
    const waits = growthOf(() => tokens.stats().waits)
    const forCalendar = growthOf(() => server.tokenRequests(calendarAudience))
    const forFiles = growthOf(() => server.tokenRequests(filesAudience))
    say('tokens live 3 s and take 0.2 s')
    const outcomes = await callSteadily(
      service,
      () => Math.min(forCalendar(), forFiles()) >= renewals,
    )
    note(
      `While tokens were renewed, the slowest call took ${slowestMs(outcomes)} ms; a renewal, 200 ms.`,
    )
    return [
      always('calls answered 200', countOk(outcomes), outcomes.length),
      atLeast('renewals of the Calendar token', renewals, forCalendar()),
      atLeast('renewals of the File token', renewals, forFiles()),
      exactly('calls that waited for one of them', 0, waits()),
    ]
  },
}

export const outage: Scene = {
  title: 'the authorization server goes away',
  play: async ({ services: { server }, newTaskService, say }) => {
    // Renewal is due after 4 s, so it falls into the outage; 7 s long the token is handed out.
    server.lifetimeSeconds = 8
    const service = newTaskService()
    const { tokens, createEvent, listFiles } = service
    await Promise.all([createEvent(), listFiles()])
    const waits = growthOf(() => tokens.stats().waits)
    const forCalendar = growthOf(() => server.tokenRequests(calendarAudience))
    const forFiles = growthOf(() => server.tokenRequests(filesAudience))
    await server.stop()
    say('it is away, calls go on')
    const { ending } = await outcomeOf(fetch(server.issuer))
    const away = await callSteadily(service, () => tokens.stats().failures >= 2)
    const { failures } = tokens.stats()
    await server.start()
    say('it is back')
    const back = await callSteadily(service, () => Math.min(forCalendar(), forFiles()) >= 1)
    return [
      exactly('authorization server, asked directly', 'no answer', answerIn(ending)),
      atLeast('renewals that failed behind the callers', 2, failures),
      always('calls meanwhile, answered 200', countOk(away), away.length),
      always('calls after its return, answered 200', countOk(back), back.length),
      exactly('renewals of the Calendar token then', 1, forCalendar()),
      exactly('renewals of the File token then', 1, forFiles()),
      exactly('calls that waited for a token', 0, waits()),
    ]
  },
}

function answerIn(ending: Ending): string {
  return typeof ending === 'number' ? 'an answer' : 'no answer'
}
