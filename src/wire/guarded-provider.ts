/**
 * A provider that keeps its word: what a preset of the user's own gives is checked where it is given,
 * and what it throws becomes an error of ours that names the member and holds nothing of an answer.
 */
import { ConfigurationError, isTokenError } from '../errors.ts'
import { isPlainObject, kind } from '../field-reader.ts'
import type { EncodedBody, Provider } from './provider.ts'
import { safeCause } from './quoted-text.ts'

const functions = ['spell', 'encode', 'read', 'grantedScopes'] as const
type FunctionName = (typeof functions)[number]

const choices = {
  secretMethod: ['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post'],
  assertionAudience: ['issuer', 'token_endpoint'],
} as const

/** What is wrong with an object that should be a provider; nothing where it is one. */
export function providerProblem(provider: object): string | undefined {
  const members = provider as Readonly<Record<string, unknown>>
  if (typeof members['name'] !== 'string') return 'has no name'
  const wrong = functions.find((name) => {
    const member = members[name]
    return typeof member !== 'function' && (name === 'spell' || member !== undefined)
  })
  if (wrong !== undefined) return `has a ${wrong} that is no function`
  for (const [name, known] of Object.entries(choices)) {
    const value = members[name]
    if (value === undefined || (known as readonly unknown[]).includes(value)) continue
    return `has a ${name} that is none of ${known.join(', ')}`
  }
  const { methods } = members
  if (methods === undefined || (Array.isArray(methods) && methods.every(isText))) return undefined
  return 'has methods that are not an array of names'
}

export function guardedProvider(provider: Provider): Provider {
  const { encode, read, grantedScopes } = provider
  const wrong = (member: FunctionName, problem: string, cause?: unknown) =>
    new ConfigurationError(
      'configuration_invalid',
      `provider '${provider.name}': ${member}() ${problem}`,
      { field: `provider.${member}`, ...(cause === undefined ? {} : { cause }) },
    )
  const call = <T>(member: FunctionName, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      if (isTokenError(error)) throw error
      // An answer is in the hands of the last two: what they throw may hold a token.
      const safe = member === 'spell' || member === 'encode' ? safeCause(error, []) : undefined
      throw wrong(member, 'threw', safe)
    }
  }
  return Object.freeze({
    ...provider,
    spell: (request) => {
      const given = call('spell', () => provider.spell(request))
      if (Array.isArray(given) && given.every(isPair)) return given
      throw wrong('spell', 'must return pairs of names and values')
    },
    ...(encode !== undefined && {
      encode: (parameters) => {
        const given = call('encode', () => encode(parameters))
        if (isBody(given)) return given
        throw wrong('encode', 'must return { contentType, body }, both texts')
      },
    }),
    ...(read !== undefined && {
      read: (members) => {
        const given = call('read', () => read(members))
        if (isPlainObject(given)) return given
        throw wrong('read', `must return an object, not ${kind(given)}`)
      },
    }),
    ...(grantedScopes !== undefined && {
      grantedScopes: (granted, request) => {
        const given = call('grantedScopes', () => grantedScopes(granted, request))
        if (Array.isArray(given) && given.every(isText)) return given
        throw wrong('grantedScopes', 'must return an array of scopes')
      },
    }),
  } satisfies Provider)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isPair(pair: unknown): pair is readonly [string, string] {
  return Array.isArray(pair) && pair.length === 2 && pair.every(isText)
}

function isBody(value: unknown): value is EncodedBody {
  const { contentType, body } = Object(value) as Partial<Record<keyof EncodedBody, unknown>>
  return isText(contentType) && isText(body)
}
