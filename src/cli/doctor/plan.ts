/** What an examination would send, before anything is sent: for --dry-run. Pure. */
import { metadataUrls } from '../../issuer-metadata.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import type { DoctorCase } from './doctor-case.ts'
import { registeredName, waysOf } from './methods.ts'

/** One request, or one that may follow. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly purpose: string
}

export function planOf(subject: DoctorCase): readonly PlannedRequest[] {
  const { issuer, tokenEndpoint, credential, provider, resourceUrl } = subject
  const [first, second] = issuer === undefined ? [] : metadataUrls(new URL(issuer))
  const endpoint =
    tokenEndpoint === undefined ? 'the token endpoint of the metadata' : placeOf(tokenEndpoint)
  const get = (url: string, purpose: string) => ({ method: 'GET' as const, url, purpose })
  const post = (purpose: string) => ({ method: 'POST' as const, url: endpoint, purpose })
  const ways =
    credential.kind === 'secret'
      ? waysOf({ wanted: credential.wanted, provider, listed: undefined })
      : { configured: undefined, others: [] }
  const configured = credential.kind === 'secret' ? ways.configured : credential.way
  return [
    ...(first === undefined ? [] : [get(endpointName(first), 'metadata of the issuer')]),
    ...(second === undefined
      ? []
      : [get(endpointName(second), 'the same, where the first has none')]),
    post(`a token, by ${configured ?? 'the method that the metadata list'}`),
    ...ways.others.map((way) =>
      post(`for comparison, by ${registeredName(way) ?? ''}, unless the metadata leave it out`),
    ),
    ...(credential.kind === 'secret'
      ? [post('at most one or two more, where encoding or spelling may be the cause')]
      : []),
    get('the keys of the issuer', 'where the token is a JWT'),
    ...(resourceUrl === undefined
      ? []
      : [get(endpointName(resourceUrl), 'the protected resource, with the token')]),
  ]
}

function placeOf(text: string): string {
  const url = URL.parse(text)
  return url === null ? text : endpointName(url)
}
