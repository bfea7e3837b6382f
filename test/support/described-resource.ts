/** A protected resource that says itself which tokens it takes (RFC 9728). */
import { startLoopbackServer } from './loopback-server.ts'
import type { Received } from './loopback-server.ts'

export const wellKnown = '/.well-known/oauth-protected-resource'
type Documents = Record<string, Record<string, unknown> | undefined>

export interface DescribedResource {
  readonly origin: string
  /** By path; what is left out is a 404. */
  readonly documents: Documents
  /** What the 401 says; the default is nothing. */
  challenge: string | undefined
  readonly requests: readonly Received[]
  /** The paths of the documents that were asked for. */
  readonly asked: () => readonly string[]
  /** What came as `Authorization`. */
  readonly tokens: () => readonly string[]
  /** Holds answers back until the returned function is called. */
  hold(): () => void
}

/** A resource at `/mcp` that refuses whoever has no token, and publishes `documents` by path. */
export async function startDescribedResource(): Promise<DescribedResource> {
  const requests: Received[] = []
  const documents: Documents = {}
  let gate: Promise<void> = Promise.resolve()
  const { origin } = await startLoopbackServer(async (request, response) => {
    requests.push(request)
    await gate
    const isDocument = request.path.startsWith('/.well-known/')
    if (isDocument) {
      const document = documents[request.path]
      response.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document ?? {}))
      return
    }
    const { challenge } = place
    const authorized = request.headers.authorization !== undefined
    const headers = challenge === undefined ? {} : { 'www-authenticate': challenge }
    response.writeHead(authorized ? 200 : 401, headers).end('hello')
  })
  const place: DescribedResource = {
    origin,
    documents,
    challenge: undefined,
    requests,
    asked: () =>
      requests.map(({ path }) => path).filter((path) => path.startsWith('/.well-known/')),
    tokens: () => requests.flatMap(({ headers }) => headers.authorization ?? []),
    hold: () => {
      let release: () => void = () => undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
  return place
}
