/**
 * What the library promises itself: figures that a run is held against, ours beside each. Data and
 * nothing else; a budget that is missed stays here, and the page says that it is.
 */

/** One figure of a run. */
export interface Place {
  readonly scenario: string
  readonly case: string
  readonly figure: string
  /** Without it: the package itself, where nothing but it is measured. */
  readonly contestant?: string
}

export interface Budget {
  readonly what: string
  readonly most: number
  readonly unit: '×' | 'ns' | 'B' | 'kB' | 'ms' | ''
  /** The figure must be less than `most`; without it, it may be as much. */
  readonly isLess?: boolean
  readonly ours: Place
  /** Divided by the least that anyone has here. */
  readonly over?: Place
  /** A figure that is not judged, and must not be left unsaid. */
  readonly beside?: { readonly figure: string; readonly text: string }
}

const hit = (of: string, figure: string): Place => ({ scenario: 'hit', case: of, figure })
const adds = (client: string, figure: string): Place => ({
  scenario: 'wrapped',
  case: 'stub, fetch',
  contestant: `m2m-tokens, ${client}`,
  figure,
})
const crowded = (transport: string, client = transport, figure = 'cpuRatio'): Place => ({
  scenario: 'wrapped',
  case: `loopback, 64 at a time, ${transport}`,
  contestant: `m2m-tokens, ${client}`,
  figure,
})
const boundary = (figure: string): Place => ({ scenario: 'expiry', case: 'tokens of 1 s', figure })
const herd = (figure: string): Place => ({ scenario: 'herd', case: '10,000 callers', figure })
const allocated = (of: string): Place => ({ scenario: 'allocations', case: of, figure: 'bytes' })

const many = (call: string, keys: string): Budget => ({
  what: `hit, ${call}, ${keys} keys, over the hand-written map`,
  most: 1.1,
  unit: '×',
  ours: hit(`${call}, ${keys} keys`, 'overHandWritten'),
})

const [bound, scoped] = ['bound source', 'getToken(audience, scopes)']
const [ofSource, ofManager] = ['fetch of a bound source', 'fetch of the manager']

export const budgets: readonly Budget[] = [
  {
    what: 'hit, bound source, 1 key, over the floor',
    most: 1.1,
    unit: '×',
    ours: hit(`${bound}, 1 key`, 'ratio'),
  },
  {
    what: 'hit, getToken(audience, scopes), 1 key, over the floor',
    most: 1.3,
    unit: '×',
    ours: hit(`${scoped}, 1 key`, 'ratio'),
  },
  many(bound, '10,000'),
  many(bound, '100,000'),
  many(scoped, '10,000'),
  many(scoped, '100,000'),
  {
    what: 'allocated by a hit, bound source',
    most: 240,
    unit: 'B',
    ours: allocated(`${bound}, 1 key`),
  },
  {
    what: 'allocated by a hit, getToken(audience, scopes)',
    most: 300,
    unit: 'B',
    ours: allocated(`${scoped}, 1 key`),
  },
  {
    what: 'fetch of a bound source adds to a stub',
    most: 150,
    unit: 'ns',
    ours: adds(ofSource, 'addedNs'),
  },
  {
    what: 'fetch of the manager adds to a stub',
    most: 150,
    unit: 'ns',
    ours: adds(ofManager, 'addedNs'),
  },
  {
    what: 'fetch of a bound source allocates beyond a stub',
    most: 500,
    unit: 'B',
    ours: adds(ofSource, 'addedBytes'),
  },
  {
    what: 'fetch of the manager allocates beyond a stub',
    most: 500,
    unit: 'B',
    ours: adds(ofManager, 'addedBytes'),
  },
  {
    what: 'CPU over bare fetch, bound source, loopback, 64 at a time',
    most: 1.03,
    unit: '×',
    ours: crowded('fetch', ofSource),
  },
  {
    what: 'CPU over bare fetch, manager, loopback, 64 at a time',
    most: 1.03,
    unit: '×',
    ours: crowded('fetch', ofManager),
  },
  {
    what: 'CPU over bare axios, loopback, 64 at a time',
    most: 1.03,
    unit: '×',
    ours: crowded('axios'),
  },
  {
    what: 'CPU over bare undici, loopback, 64 at a time',
    most: 1.05,
    unit: '×',
    ours: crowded('undici'),
  },
  {
    what: 'undici.request with bearerInterceptor, time over the best wrapper of fetch, 64 at a time',
    most: 0.5,
    unit: '×',
    ours: crowded('undici', 'undici', 'ns'),
    over: { scenario: 'wrapped', case: 'loopback, 64 at a time, fetch', figure: 'ns' },
  },
  {
    what: 'cold herd of 10,000: token requests',
    most: 1,
    unit: '',
    ours: herd('tokenRequests'),
  },
  {
    what: 'cold herd of 10,000: time over one request and 10,000 awaits',
    most: 1.5,
    unit: '×',
    ours: herd('ratio'),
  },
  {
    what: 'tokens of 1 s: calls that waited longer than 50 ms',
    most: 0,
    unit: '',
    ours: boundary('waits'),
  },
  {
    what: 'tokens of 1 s: what 99 of 100 calls took at most',
    most: 5,
    unit: 'ms',
    isLess: true,
    ours: boundary('p99Ms'),
  },
  {
    what: 'tokens of 1 s: expired tokens handed out',
    most: 0,
    unit: '',
    ours: boundary('expired'),
  },
  {
    what: 'tokens of 1 s: token requests in a second',
    most: 2.1,
    unit: '',
    ours: boundary('requestsPerSecond'),
  },
  {
    what: 'import, over an empty process',
    most: 8,
    unit: 'ms',
    ours: { scenario: 'start-up', case: 'import', figure: 'importMs' },
  },
  {
    what: 'memory for each cached token beyond its text, 100,000 keys',
    most: 450,
    unit: 'B',
    ours: { scenario: 'memory', case: '100,000 keys', figure: 'bytes' },
  },
  {
    what: 'what an import loads of our own code, gzip',
    most: 12,
    unit: 'kB',
    ours: { scenario: 'size', case: 'bundled', figure: 'ownGzipKb' },
    beside: { figure: 'ownLaterGzipKb', text: 'later' },
  },
]
