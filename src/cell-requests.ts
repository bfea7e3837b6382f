/** What the cache is told of token requests: how they are told apart, and what is said of them. */
import type { RequestNames } from './cache/cell-table.ts'
import type { TokenEventSubject } from './events.ts'
import { cacheKey } from './request/cache-key.ts'
import { recipientOf } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'

export const requestNames: RequestNames<TokenRequest> = {
  audienceOf: ({ audience }) => audience,
  scopesOf: ({ scopes }) => scopes,
  // One client, one server: what they are need not stand in every key.
  keyOf: (request) => cacheKey('', request),
  isSame,
}

export function subjectOf(request: TokenRequest): TokenEventSubject {
  return { audience: recipientOf(request), scopes: request.scopes }
}

function isSame(one: TokenRequest, other: TokenRequest): boolean {
  return (
    one.audience === other.audience &&
    one.issuer === other.issuer &&
    isSameList(one.scopes, other.scopes) &&
    isSameList(one.resources, other.resources) &&
    isSameList(one.parameters, other.parameters, isSameList)
  )
}

function isSameList<Item>(
  one: readonly Item[],
  other: readonly Item[],
  isSameItem: (a: Item, b: Item) => boolean = Object.is,
): boolean {
  if (one === other) return true
  if (one.length !== other.length) return false
  return one.every((item, at) => isSameItem(item, other[at] as Item))
}
