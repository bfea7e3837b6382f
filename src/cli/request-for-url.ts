/**
 * Which token goes to a URL that was typed: what `M2M_RESOURCES` lists for it, refined by what was
 * typed, else the default request. A token that names another place is sent there by nobody's
 * accident. Pure.
 */
import { createAudienceMap } from '../bearer/audience-map.ts'
import type { TokenRequestInput } from '../request/token-request.ts'
import { endpointName } from '../wire/token-endpoint.ts'
import { UsageError } from './failure.ts'
import type { Settings } from './read-settings.ts'

export interface RequestForUrl {
  readonly request: TokenRequestInput
  /** Whether it is an entry of the resources, as it stands there. */
  readonly listed: boolean
}

/** @throws {UsageError} the default audience is a URL of another origin, and nobody typed it. */
export function requestForUrl(settings: Settings, url: URL): RequestForUrl {
  const { options, request, typed } = settings
  const { resources = {}, allowInsecureHttp = false } = options
  const rules = { option: 'resources', allowInsecureHttp }
  const entry = createAudienceMap(Object.entries(resources), rules).find(url)
  const isTyped = Object.keys(typed).length > 0
  if (entry !== undefined) return { request: { ...entry, ...typed }, listed: !isTyped }
  if (typed.audience === undefined) refuseOtherPlace(request.audience, url)
  return { request, listed: false }
}

/** Whoever gets a token that is for another service can spend it there. */
function refuseOtherPlace(audience: string | undefined, url: URL): void {
  const place = URL.parse(audience ?? '')
  const isPlace = place !== null && /^https?:$/.test(place.protocol)
  if (!isPlace || place.origin === url.origin) return
  throw new UsageError(
    `M2M_AUDIENCE is a URL of ${place.origin}, and ${endpointName(url)} is another place, which ` +
      'would be shown a token that is good there; if that is meant, type the audience with ' +
      '--audience, or list the place in M2M_RESOURCES',
  )
}
