/**
 * What the package weighs and does, where that does not depend on the machine's mood: bytes, files,
 * requests, allocations, and two ratios with margins so wide that no neighbour can fill them. Builds
 * the package into a folder of its own; needs nothing that `npm ci` does not bring.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { weigh } from '../test/bench/bundle.ts'
import type { Weights } from '../test/bench/bundle.ts'
import { prepareCopy } from './built-copy.ts'
import { GateError, inTemporaryFolder, root, run } from './gate.ts'
import { isMeasures } from './guard/measures.ts'
import type { Measures } from './guard/measures.ts'

interface Limit {
  readonly what: string
  readonly most: number
  readonly unit: string
  readonly of: (seen: Seen) => number
}

interface Seen extends Measures {
  /** Each entry, bundled without dependencies: what an import loads, and what it may load later. */
  readonly entries: ReadonlyMap<string, Weights>
  /** Files of ours that `import 'm2m-tokens'` loads. */
  readonly files: number
  /** Packages that it loads. */
  readonly packages: readonly string[]
  /** Modules of Node's own that it loads. */
  readonly builtins: readonly string[]
}

/** Of what an import loads; dependencies do not count. */
const gzip = (entry: string, most: number): Limit => ({
  what: `${entry}: gzip at import`,
  most,
  unit: 'B',
  of: (seen) => seen.entries.get(entry)?.loaded.gzip ?? Number.NaN,
})

/** With what it may load later: code that is only moved behind an `import()` is still carried. */
const gzipOfAll = (entry: string, most: number): Limit => ({
  what: `${entry}: gzip, with what it loads later`,
  most,
  unit: 'B',
  of: ({ entries }) => {
    const weights = entries.get(entry)
    return weights === undefined ? Number.NaN : weights.loaded.gzip + weights.later.gzip
  },
})

/** Room for what grows a little; what grows by more has a reason, or goes. */
const limits: readonly Limit[] = [
  gzip('index', 31_000),
  // Chunks compress a little worse than one file.
  gzipOfAll('index', 44_000),
  gzip('auto', 39_000),
  gzip('axios', 6_000),
  gzip('undici', 7_600),
  gzip('otel', 4_800),
  gzip('providers', 6_500),
  gzip('redis', 5_100),
  gzip('testing', 50_000),
  gzip('verifier', 13_500),
  { what: 'import: files of ours', most: 3, unit: '', of: ({ files }) => files },
  { what: 'import: packages', most: 0, unit: '', of: ({ packages }) => packages.length },
  // `node:crypto` and `node:util` took two thirds of the time; see docs/decisions/0019.
  { what: 'import: modules of Node', most: 1, unit: '', of: ({ builtins }) => builtins.length },
  { what: 'cold herd of 10,000: token requests', most: 1, unit: '', of: (seen) => seen.herd },
  { what: 'hit, bound source: allocated', most: 240, unit: 'B', of: (seen) => seen.bound.bytes },
  { what: 'hit, with scopes: allocated', most: 300, unit: 'B', of: (seen) => seen.scoped.bytes },
  { what: 'fetch: allocated beyond the stub', most: 500, unit: 'B', of: (seen) => seen.fetch },
  { what: 'a key and its token, beyond the text', most: 600, unit: 'B', of: (seen) => seen.perKey },
  // A map, a clock and a promise are the floor; sorting the scopes in every call would cost five.
  { what: 'hit, bound source: CPU over the floor', most: 2.5, unit: '×', of: ratioOf('bound') },
  { what: 'hit, with scopes: CPU over the floor', most: 3.5, unit: '×', of: ratioOf('scoped') },
]

function ratioOf(which: 'bound' | 'scoped'): (seen: Seen) => number {
  return (seen) => seen[which].cpuNs / seen.floor.cpuNs
}

async function build(folder: string): Promise<string> {
  const copy = join(folder, 'package')
  const [tsup, ...args] = await prepareCopy(copy)
  await run(copy, tsup, ...args, '--no-dts')
  return join(copy, 'dist')
}

async function weights(dist: string): Promise<ReadonlyMap<string, Weights>> {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  const entries = Object.keys(exports)
    .filter((name) => !name.endsWith('.json'))
    .map((name) => (name === '.' ? 'index' : name.slice(2)))
  const weighed = entries.map(async (entry) => {
    const code = `export * from ${JSON.stringify(join(dist, `${entry}.js`))}`
    return [entry, await weigh({ code, folder: dist, own: [] })] as const
  })
  return new Map(await Promise.all(weighed))
}

/** Each in a process of its own, where nothing else has been loaded. */
async function probe(script: string, ...args: readonly string[]): Promise<unknown> {
  const path = join(import.meta.dirname, 'guard', script)
  const flags = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']
  return JSON.parse(await run(root, process.execPath, ...flags, path, ...args))
}

async function look(dist: string): Promise<Seen> {
  const index = join(dist, 'index.js')
  const { files: loaded, builtins } = (await probe('loaded.ts', index)) as {
    readonly files: readonly string[]
    readonly builtins: readonly string[]
  }
  const measures = await probe('measure.ts', index)
  if (!isMeasures(measures)) throw new GateError('the probe measured nothing')
  const packages = loaded.flatMap(
    (file) => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  )
  return {
    ...measures,
    entries: await weights(dist),
    files: loaded.filter((file) => !file.includes('/node_modules/')).length,
    packages: [...new Set(packages)],
    builtins,
  }
}

await inTemporaryFolder(async (folder) => {
  const dist = await build(folder)
  const seen = await look(dist)
  const unlisted = [...seen.entries.keys()].filter(
    (entry) => !limits.some(({ what }) => what.startsWith(`${entry}:`)),
  )
  if (unlisted.length > 0) throw new GateError(`no limit for ${unlisted.join(', ')}`)
  let broken = 0
  for (const { what, most, unit, of } of limits) {
    const value = of(seen)
    // A figure that is missing is no figure that is small enough.
    const holds = value <= most
    if (!holds) broken += 1
    const shown = unit === '×' ? value.toFixed(2) : Math.round(value).toLocaleString('en')
    const limit = `at most ${most.toLocaleString('en')} ${unit}`.trimEnd()
    console.log(
      `${holds ? 'ok  ' : 'FAIL'} ${what.padEnd(42)} ${shown.padStart(8)} ${unit.padEnd(2)} ${limit}`,
    )
  }
  console.log(
    `     import loads ${[...seen.packages, ...seen.builtins].join(', ')}; ${(await readdir(dist)).length} files built`,
  )
  if (broken > 0) throw new GateError(`${broken} of ${limits.length} limits are exceeded`)
})
