/**
 * A stand-in for an Okta organization on this machine: the authorization server `default` under
 * `/oauth2/default`, and the part of the management API that makes applications.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { startLoopback } from './loopback.ts'
import { createOktaApps } from './okta-apps.ts'
import type { OktaAnswer } from './okta-apps.ts'
import { createOktaAuthorizationServer } from './okta-authorization-server.ts'

export interface OktaOrg {
  /** The organization's own URL, without a slash at its end. */
  readonly url: string
  readonly issuer: string
  /** For the header `Authorization: SSWS …` of the management API. */
  readonly apiToken: string
  /** Token requests that arrived here, granted or not. */
  readonly tokenRequests: () => number
  /** From now on it signs with another key, and publishes that one alone. */
  readonly rotateKey: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface OktaOrgOptions {
  readonly audience: string
  readonly scopes: readonly string[]
}

const mount = '/oauth2/default'

export async function startOktaOrg(options: OktaOrgOptions): Promise<OktaOrg> {
  const apps = createOktaApps()
  let tokenRequests = 0
  let answer: RequestListener | undefined
  const loopback = await startLoopback(() => async (request, response) => {
    const path = request.url ?? '/'
    if (path === `${mount}/v1/token`) tokenRequests += 1
    if (path === '/api/v1/apps' && request.method === 'POST') {
      send(response, apps.create(request.headers.authorization, await json(request)))
    } else if (path.startsWith(`${mount}/`) && answer !== undefined) {
      answer(unmounted(request), response)
    } else {
      response.writeHead(404).end()
    }
  })
  const issuer = `${loopback.url}${mount}`
  const rotateKey = async () => {
    const provider = await createOktaAuthorizationServer({ ...options, issuer, apps })
    const callback = provider.callback()
    answer = (request, response) => void callback(request, response)
  }
  await rotateKey()
  return {
    url: loopback.url,
    issuer,
    apiToken: apps.apiToken,
    tokenRequests: () => tokenRequests,
    rotateKey,
    stop: loopback.stop,
  }
}

/** Takes the mount path off, as a web framework does; `oidc-provider` finds it in `originalUrl`. */
function unmounted(request: IncomingMessage & { originalUrl?: string }): IncomingMessage {
  const url = request.url ?? ''
  request.originalUrl = url
  request.url = url.slice(mount.length)
  return request
}

function send(response: ServerResponse, { status, content }: OktaAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content))
}
