/**
 * A `fetch` whose connections show a client certificate. Node's own fetch does the work, over a
 * dispatcher of undici that is loaded on first use: nothing else here needs it.
 */

export interface TlsSettings {
  readonly cert: string
  readonly key: string
  readonly ca: string | undefined
  readonly passphrase: string | undefined
}

type Fetch = typeof globalThis.fetch

export function createTlsFetch(settings: TlsSettings): Fetch {
  let dispatcher: Promise<unknown> | undefined
  return async (input, init) => {
    dispatcher ??= createDispatcher(settings)
    // Looked up at call time, so that instrumentation installed later is used.
    const fetch: Fetch = globalThis.fetch
    return fetch(input, { ...init, dispatcher: await dispatcher } as RequestInit)
  }
}

async function createDispatcher({ cert, key, ca, passphrase }: TlsSettings): Promise<unknown> {
  const { Agent, Dispatcher1Wrapper } = await import('undici')
  const { getCACertificates } = await import('node:tls')
  const connect = {
    cert,
    key,
    // Beside the usual ones: resources are reached over this connection too.
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
    ...(passphrase === undefined ? {} : { passphrase }),
  }
  const agent = new Agent({ connect })
  // The undici inside Node 22 and 24 speaks to dispatchers in the way of version 7.
  const own = Number.parseInt(process.versions['undici'] ?? '0', 10)
  return own >= 8 ? agent : new Dispatcher1Wrapper(agent)
}
