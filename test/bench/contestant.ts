/**
 * What a contestant is to the benchmark. They are written in JavaScript because their packages are
 * installed here alone, and the project's compiler must not need them. `cannot` says what one does
 * not do, and why; nothing is made up for it.
 */
import { readdirSync } from 'node:fs'

export type Ability = 'hit' | 'scoped' | 'herd' | 'pairs' | 'expiry' | 'memory' | 'code'

/** What a contestant is given to work with. */
export interface World {
  /** True: `fetch` issues tokens without a network, and the resource is a stub, too. */
  readonly isStub: boolean
  readonly tokenEndpoint: string
  readonly resource: string
  /** For token requests. */
  readonly fetch: typeof globalThis.fetch
  /** For calls of the resource: what a user would call without the contestant. */
  readonly bareFetch: typeof globalThis.fetch
}

/** A function to be measured; `i` is the number of the audience it asks for. */
export type Operation = (i: number) => unknown

/** One client with and without the contestant around it. */
export interface Pair {
  readonly name: string
  readonly transport: string
  readonly bare: Operation
  readonly wrapped: Operation
}

export interface Contestant {
  readonly name: string
  readonly packages: readonly string[]
  /** Those of them that are its own, where its user needs others beside it. */
  readonly own?: readonly string[]
  /** The module that its user's import statements make, for the size and the start-up. */
  readonly code?: string
  readonly cannot?: Readonly<Partial<Record<Ability, string>>>
  readonly textOf: (value: unknown) => unknown
  readonly bound?: (world: World, audiences: readonly string[]) => Operation | Promise<Operation>
  /** What its cache keeps for each audience, where a bound look-up would keep more than that. */
  readonly cached?: (world: World, audiences: readonly string[]) => Operation
  readonly scoped?: (world: World, audiences: readonly string[]) => Operation | Promise<Operation>
  readonly pairs?: (world: World) => readonly Pair[] | Promise<readonly Pair[]>
  readonly expiring?: (world: World) => Operation
  /** How long before a token's end it asks for the next one, where that is a fixed time. */
  readonly aheadSeconds?: number
  readonly firstToken?: (world: World) => Promise<unknown>
}

const folder = new URL('contestants/', import.meta.url)

/** In the order in which their tables show them. */
export const files = [
  'floor',
  'm2m-tokens',
  'hand-written',
  'smithy',
  'google',
  'google-headers',
  'badgateway',
  'simple-oauth2',
  'auth0',
  'axios-pair',
  'msal',
  'azure-identity',
  'azure-policy',
  'undici-oidc',
  'openid-client',
] as const

/** Every file of the folder that is no contestant. */
const shared = ['axios-client', 'stub-dispatcher', 'support']

/** A contestant that nobody runs would look as if it had not been thought of. */
export function checkFolder(): void {
  const known = new Set<string>([...files, ...shared].map((name) => `${name}.mjs`))
  const stray = readdirSync(folder).filter((name) => !known.has(name))
  if (stray.length > 0) throw new Error(`contestants that nobody runs: ${stray.join(', ')}`)
}

export function urlOf(file: string): string {
  return new URL(`${file}.mjs`, folder).href
}

export async function loadContestant(file: string): Promise<Contestant> {
  const module = (await import(urlOf(file))) as { readonly contestant?: unknown }
  const { contestant } = module
  if (!isContestant(contestant)) throw new Error(`${file}.mjs exports no contestant`)
  return contestant
}

function isContestant(value: unknown): value is Contestant {
  if (typeof value !== 'object' || value === null) return false
  return 'name' in value && 'packages' in value && 'textOf' in value
}
