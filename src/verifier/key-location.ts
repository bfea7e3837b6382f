/**
 * Where an issuer publishes its keys: written down by the user, or discovered (RFC 8414 in its own
 * form, then in OpenID's) from a document that names the very issuer that is trusted. One memoised
 * promise, dropped when it fails or when what it found stopped answering.
 */
import { metadataUrls, readNamedUrl } from '../issuer-metadata.ts'
import type { JsonObject } from './compact-token.ts'
import { fetchJsonObject } from './json-document.ts'
import type { DocumentParts } from './json-document.ts'
import { shown, TokenProblem } from './token-problem.ts'

export interface KeyLocation {
  /** @throws {TokenProblem} `keys_unavailable` */
  readonly find: () => Promise<URL>
  /** Ask again the next time: the keys were not there. */
  readonly forget: () => void
}

export interface LocationParts extends DocumentParts {
  readonly allowInsecureHttp: boolean
}

export function knownLocation(url: URL): KeyLocation {
  return { find: () => Promise.resolve(url), forget: () => undefined }
}

export function discoveredLocation(issuer: string, parts: LocationParts): KeyLocation {
  let known: Promise<URL> | undefined
  return {
    find: () => {
      if (known !== undefined) return known
      const found = discover(issuer, parts)
      known = found
      found.catch(() => {
        if (known === found) known = undefined
      })
      return found
    },
    forget: () => {
      known = undefined
    },
  }
}

async function discover(issuer: string, parts: LocationParts): Promise<URL> {
  const problems: string[] = []
  for (const url of metadataUrls(new URL(issuer))) {
    try {
      return jwksUriOf(await fetchJsonObject(url, parts), { issuer, url, parts })
    } catch (error) {
      if (!(error instanceof TokenProblem)) throw error
      problems.push(error.message)
    }
  }
  throw new TokenProblem(
    'keys_unavailable',
    `${problems.join('; ')}: check issuer (every character counts), or set jwksUri`,
  )
}

interface Found {
  readonly issuer: string
  readonly url: URL
  readonly parts: LocationParts
}

function jwksUriOf(metadata: JsonObject, { issuer, url, parts }: Found): URL {
  const problem = (words: string) =>
    new TokenProblem('keys_unavailable', `${url.origin}${url.pathname} ${words}`)
  // RFC 8414 section 3.3: identical, character by character.
  if (metadata['issuer'] !== issuer) {
    throw problem(`is the metadata of issuer ${shown(metadata['issuer'])}, not of '${issuer}'`)
  }
  const { jwks_uri: named } = metadata
  if (typeof named !== 'string') throw problem('names no jwks_uri')
  const { allowInsecureHttp } = parts
  const { url: found, problem: fault } = readNamedUrl({
    name: 'jwks_uri',
    text: named,
    from: url,
    allowInsecureHttp,
  })
  if (found === undefined) throw problem(fault)
  return found
}
