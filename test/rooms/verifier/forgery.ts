/** Forgeries, one a row: how each is made, what it is refused with, and the test that tries it. */
import { describe, expect, it } from 'vitest'
import type {
  AccessTokenRefusalCode,
  AccessTokenVerifierOptions,
} from '../../../src/verifier/index.ts'
import { expectNoTokenIn, goodClaims, part, refusalOf, startWorld } from './world.ts'
import type { World } from './world.ts'

export type Forge = (world: World) => string | Promise<string>
export type Row = readonly [
  name: string,
  code: AccessTokenRefusalCode,
  forge: Forge,
  options?: Partial<AccessTokenVerifierOptions>,
  keyName?: string,
]

export const changed =
  (changes: Record<string, unknown>, header?: Record<string, unknown>): Forge =>
  (world) =>
    world.token(changes, header)

export const fromNow =
  (name: string, seconds: number): Forge =>
  (world) =>
    world.token({ [name]: world.clock.now() / 1000 + seconds })

export const unsigned =
  (alg: unknown, signature = ''): Forge =>
  ({ clock }) =>
    `${part({ alg, typ: 'at+jwt' })}.${part(goodClaims(clock))}.${signature}`

export const edited =
  (edit: (header: string, payload: string, signature: string) => string): Forge =>
  async (world) => {
    const [header = '', payload = '', signature = ''] = (await world.token()).split('.')
    return edit(header, payload, signature)
  }

export const otherSignature = (bytes: (genuine: Buffer) => Buffer): Forge =>
  edited((header, payload, signature) => {
    const other = bytes(Buffer.from(signature, 'base64url')).toString('base64url')
    return `${header}.${payload}.${other}`
  })

const complete = ([name, code, forge, options = {}, keyName = 'ES256:one']: Row) =>
  [name, code, forge, options, keyName] as const

/** Tries them all; the count of the rows is the count of the tokens that were tried. */
export function describeForgeries(what: string, forgeries: readonly Row[]): void {
  describe(`${forgeries.length} ${what}`, () => {
    it.each(forgeries.map(complete))('%s: %s', async (_name, code, forge, options, keyName) => {
      const world = await startWorld(options, keyName)
      const token = await forge(world)

      const refusal = await refusalOf(world.verifier.verify(token))

      expect(refusal.code).toBe(code)
      expectNoTokenIn(refusal, token)
      // Whatever a token names: nothing but the issuer's own documents was fetched.
      expect(world.urls.every((url) => url.startsWith('https://auth.test/'))).toBe(true)
    })
  })
}
