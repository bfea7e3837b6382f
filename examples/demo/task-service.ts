/**
 * The service whose side we are on: it spends tokens at the Calendar service through
 * `tokens.fetch` and at the File service through axios. It counts its calls and knows how each
 * ended; it never looks after a token itself.
 */
import { Agent } from 'node:http'
import axios from 'axios'
import { isTokenError, TokenManager } from 'm2m-tokens'
import type { AccessToken } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { calendarAudience, filesAudience } from '../support/services.ts'
import type { Services } from '../support/services.ts'

/** An HTTP status, or the code or name of the error that a call ended with. */
export type Ending = number | string

export interface CallOutcome {
  readonly ending: Ending
  readonly tookMs: number
}

export interface TaskService {
  readonly tokens: TokenManager
  readonly calls: () => number
  readonly createEvent: () => Promise<CallOutcome>
  readonly listFiles: () => Promise<CallOutcome>
  readonly eventToken: () => Promise<AccessToken>
  readonly fileToken: () => Promise<AccessToken>
  /** Any URL, through the very `fetch` that calls the Calendar service. */
  readonly fetch: (url: string) => Promise<CallOutcome>
  readonly close: () => Promise<void>
}

// This authorization server goes by RFC 8707, hence `resource`; most others want `audience` here.
const event = { resource: calendarAudience, scopes: ['event.create'] }
const file = { resource: filesAudience, scopes: ['file.view'] }

export function createTaskService(services: Services): TaskService {
  const { issuer, clientId, clientSecret, calendar, files } = services
  const resources = { [calendar.url]: event, [files.url]: file }
  const tokens = new TokenManager({ issuer, clientId, clientSecret, resources })
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const http = axios.create({ httpAgent: agent, proxy: false, validateStatus: () => true })
  attachBearer(http, tokens)

  let calls = 0
  const counted = <Result>(call: () => Promise<Result>) => {
    calls += 1
    return call()
  }
  const fetch = (url: string, init?: RequestInit) =>
    counted(() => outcomeOf(fetchToTheEnd(tokens, url, init)))
  return {
    tokens,
    calls: () => calls,
    createEvent: () => fetch(`${calendar.url}/events`, { method: 'POST', body: '{}' }),
    listFiles: () => counted(() => outcomeOf(http.get(`${files.url}/files`))),
    eventToken: () => counted(() => tokens.getToken(event)),
    fileToken: () => counted(() => tokens.getToken(file)),
    fetch,
    close: async () => {
      await tokens.close()
      agent.destroy()
    },
  }
}

/** A body that is not read keeps its connection. */
async function fetchToTheEnd(
  tokens: TokenManager,
  url: string,
  init?: RequestInit,
): Promise<Response> {
  const response = await tokens.fetch(url, init)
  await response.arrayBuffer()
  return response
}

/** Never rejects: how a call ended is what the scenes are about. */
export async function outcomeOf(
  answer: Promise<{ readonly status: number }>,
): Promise<CallOutcome> {
  const startedAt = performance.now()
  const ending = await answer.then(({ status }) => status, errorName)
  return { ending, tookMs: performance.now() - startedAt }
}

function errorName(error: unknown): string {
  if (isTokenError(error)) return error.code
  return error instanceof Error ? error.name : 'an error'
}
