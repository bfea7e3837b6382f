import { fc, test } from '@fast-check/vitest'
import { clientSecretBasic, clientSecretPost, TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { optionNames } from '../../src/resolve-options.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import {
  guardPrototypes,
  hostileNumber,
  hostileText,
  packageErrorOf,
  packageRejectionOf,
  pollutingNames,
  runs,
  withPollutedPrototype,
} from './hostile.ts'

const requestNames = ['audience', 'scopes', 'resource', 'parameters', 'origins']
const callNames = ['signal', 'minValidityMs', 'forceRenewal']
const odd = [() => undefined, Symbol('x'), new URL('https://a.test'), new Map(), Promise.resolve()]

/** Values of every kind, objects among them that use our names. */
const anything = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom<unknown>(...odd, null, undefined, true, 7n),
  fc.anything({
    key: fc.oneof(fc.constantFrom(...requestNames, ...callNames, 'file'), hostileText),
    withNullPrototype: true,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withTypedArray: true,
    withSparseArray: true,
    maxDepth: 2,
    maxKeys: 4,
  }),
)
const named = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names, ...pollutingNames, 'x'), anything, { maxKeys: 3 })

/** A manager whose requests are counted and stay unanswered. */
function createManager(overrides: object = {}, sent: string[] = []) {
  const options = some.options({
    clock: manualClock(),
    fetch: (input) => {
      sent.push(input instanceof Request ? input.url : String(input))
      return new Promise<Response>(() => undefined)
    },
  })
  const tokens = new TokenManager({ ...options, ...overrides } as TokenManagerOptions)
  return { tokens, sent }
}

/** Either nobody complained, or it was a mistake of the caller and nothing was sent for it. */
function expectMistake(error: { readonly name: string } | undefined, sent: readonly string[]) {
  if (error === undefined) return
  expect(error.name).toBe('ConfigurationError')
  expect(sent).toEqual([])
}

guardPrototypes()

describe('options', () => {
  test.prop([anything], runs(300))('of any kind are refused', (options) => {
    const error = packageErrorOf(() => new TokenManager(options as TokenManagerOptions))
    expect(error?.code).toBe('configuration_invalid')
  })

  test.prop([fc.constantFrom(...optionNames, 'x', '__proto__'), anything], runs(200))(
    'with one of any kind are taken, or refused before anything is sent',
    async (name, value) => {
      const sent: string[] = []
      let tokens: TokenManager | undefined
      const error = packageErrorOf(() => {
        const made = createManager(Object.fromEntries([[name, value]]), sent)
        tokens = made.tokens
      })
      expectMistake(error, sent)
      await tokens?.close()
    },
  )

  test.prop([anything, named(['encoding'])], runs(150))(
    'of a client authentication are taken, or refused',
    (secret, options) => {
      for (const make of [clientSecretBasic, clientSecretPost]) {
        const method = make as (secret: unknown, options: unknown) => unknown
        expectMistake(
          packageErrorOf(() => method(secret, options)),
          [],
        )
      }
    },
  )

  it('are not read from a polluted prototype', () => {
    const polluted = { allowInsecureHttp: true, unlistedOrigins: 'pass', resources: 7, prove: 7 }
    withPollutedPrototype(polluted, () => {
      const insecure = { tokenEndpoint: 'http://auth.example.com/token' }
      expect(packageErrorOf(() => createManager(insecure))).toMatchObject({
        field: 'tokenEndpoint',
      })
    })
  })

  it('take no file for the secret from a polluted prototype', () => {
    withPollutedPrototype({ file: '/etc/hostname' }, () => {
      const error = packageErrorOf(() => createManager({ clientSecret: {} }))
      expect(error).toMatchObject({ field: 'clientSecret' })
    })
  })
})

describe('getToken', () => {
  const words = fc.oneof(
    fc.array(anything, { maxLength: 4 }),
    fc.tuple(fc.oneof(anything, named(requestNames)), fc.oneof(anything, named(callNames))),
    fc.tuple(fc.constant('event'), anything, fc.oneof(anything, named(callNames))),
  )

  test.prop([words], runs(150))(
    'of any words asks for a token, or refuses them with nothing sent',
    async (given) => {
      const { tokens, sent } = createManager()
      const call = (tokens.getToken as (...words: readonly unknown[]) => Promise<unknown>)(...given)
      const waiting = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
      expectMistake(await Promise.race([packageRejectionOf(call), waiting]), sent)
      await tokens.close()
    },
  )

  test.prop([words], runs(200))('bound or listed is refused the same way', async (given) => {
    const { tokens, sent } = createManager()
    const bind = tokens.for.bind(tokens) as (...words: readonly unknown[]) => unknown
    expectMistake(
      packageErrorOf(() => bind(...given)),
      sent,
    )
    const warm = tokens.prewarm(given as never)
    const waiting = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
    const error = await Promise.race([packageRejectionOf(warm), waiting])
    if (error !== undefined) expect(error.name).toBe('ConfigurationError')
    expectMistake(
      packageErrorOf(() => tokens.invalidate(given[0] as never)),
      [],
    )
    await tokens.close()
  })
})

describe('fetch', () => {
  test.prop([fc.oneof(anything, fc.webUrl())], runs(250))(
    'of any input that no entry covers is refused with nothing sent',
    async (input) => {
      const { tokens, sent } = createManager()
      const error = await packageRejectionOf(tokens.fetch(input as never))
      expect(error?.name).toBe('ConfigurationError')
      expect(sent).toEqual([])
      await tokens.close()
    },
  )

  it('takes an init of null for none, as every fetch does', async () => {
    const { tokens, sent } = createManager({ unlistedOrigins: 'pass' })
    const call = tokens.fetch('https://other.test/', null as never)
    const waiting = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
    await Promise.race([call, waiting])
    expect(sent).toEqual(['https://other.test/'])
    await tokens.close()
  })
})
