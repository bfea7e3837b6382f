/**
 * `m2m-tokens fetch URL`: one request with the token, its answer streamed to stdout or a file. The
 * token goes to the URL's own origin, or where `M2M_RESOURCES` lists it; nowhere else.
 */
import type { TokenManager } from '../token-manager.ts'
import { endpointName } from '../wire/token-endpoint.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure, UsageError } from './failure.ts'
import { deliver } from './fetch-answer.ts'
import type { DeliveryWords } from './fetch-answer.ts'
import { readsStdin, requestParts } from './fetch-body.ts'
import type { TypedRequest } from './fetch-body.ts'
import type { CommandIo } from './io.ts'
import { makeManager } from './make-manager.ts'
import { checkWords, readSettings } from './read-settings.ts'
import { requestForUrl } from './request-for-url.ts'
import type { RequestForUrl } from './request-for-url.ts'
import type { SettingWords } from './settings.ts'
import { allowsInsecureHttp, typedUrl } from './typed-url.ts'

export interface FetchWords extends SettingWords, TypedRequest, DeliveryWords {}

export async function runFetch(text: string, words: FetchWords, io: CommandIo): Promise<ExitCode> {
  let hint: string | undefined
  try {
    checkWords(words)
    checkStdin(words)
    const rules = { allowInsecureHttp: allowsInsecureHttp(words, io.env) }
    const url = typedUrl(text, 'the URL', rules)
    const { init, ownAuthorization } = await requestParts(url, words, io)
    if (ownAuthorization) {
      const plain = io.fetch ?? globalThis.fetch
      return await deliver(await plain(url.href, init), words, io)
    }
    const settings = await readSettings(words, io)
    await using tokens = makeManager(settings, io)
    const send = sending(tokens, url, requestForUrl(settings, url))
    // No part of a query, and nothing of what was typed around the URL.
    hint = `'m2m-tokens doctor --url ${endpointName(url)}' with the same settings says more`
    const response = await send(url.href, init)
    // From here on it is about the answer, of which the doctor knows nothing.
    hint = undefined
    return await deliver(response, words, io)
  } catch (error) {
    return reportFailure(error, io, { hint })
  }
}

function sending(tokens: TokenManager, url: URL, { request, listed }: RequestForUrl) {
  // Also after a redirect from one listed place to another.
  return listed ? tokens.fetch : tokens.for({ ...request, origins: [url.origin] }).fetch
}

/** The second reading of stdin is empty, and an empty body or secret is nobody's wish. */
function checkStdin(words: FetchWords): void {
  const readings = readsStdin(words) + (words.clientSecretFile === '-' ? 1 : 0)
  if (readings < 2) return
  throw new UsageError(
    'stdin can be read once, and is named more than once (--data @-, --client-secret-file -); ' +
      'put one of them into a file',
  )
}
