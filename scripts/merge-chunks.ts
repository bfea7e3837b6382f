/**
 * Fewer files for the same modules: opening a file costs a start-up more than reading what stands in
 * it. Everything that an import of the package loads comes in one file, and everything that is loaded
 * with the first acquisition in another. See docs/decisions/0019-loaded-on-first-use.md.
 */
import { readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { rollup } from 'rollup'

/** Entries that load all that `index` does; the others share with it what they need, and no more. */
const wholePackage = ['index', 'auto', 'testing', 'cli']

export interface Merging {
  /** Where the entries and chunks are, as ES modules. */
  readonly from: string
  /** Where they go; `from` may be the same. */
  readonly to: string
  readonly format: 'es' | 'cjs'
  /** Names without ending. */
  readonly entries: readonly string[]
}

export async function mergeChunks({ from, to, format, entries }: Merging): Promise<void> {
  const before = (await readdir(from)).filter((name) => name.endsWith('.js'))
  const imports = await importsOf(from, before)
  const chunk = (start: string) => before.filter((name) => name.startsWith(`${start}-`))
  const others = entries.filter((name) => !wholePackage.includes(name))
  const index = reachable(imports, ['index.js'])
  const shared = reachable(
    imports,
    others.map((name) => `${name}.js`),
  )
  const acquiring = reachable(imports, chunk('acquiring'))
  // In this order: what two of them load comes with the first.
  const merged = new Map([
    ['base', both(index, shared)],
    ['core', index],
    ['careful-sending', reachable(imports, chunk('careful-sending'))],
    // What only some entries have in common with it: they are not to load all of it.
    ['common', both(acquiring, shared)],
    ['acquiring', acquiring],
  ])
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, resolve(from, `${name}.js`)])),
    external: (id) => !id.startsWith('.') && !id.startsWith(resolve(from)),
    treeshake: false,
    onwarn: (warning) => {
      throw new Error(warning.message)
    },
  })
  const ending = format === 'es' ? 'js' : 'cjs'
  const { output } = await bundle.generate({
    format,
    exports: 'named',
    // CommonJS has a word of its own for what is loaded on first use; import() needs a loader of modules.
    dynamicImportInCjs: false,
    entryFileNames: `[name].${ending}`,
    // A process that is running while the package is replaced finds the file that it knows, or none:
    // never one of another version, whose names might mean something else.
    chunkFileNames: `[name]-[hash].${ending}`,
    minifyInternalExports: false,
    manualChunks: (id) => [...merged].find(([, names]) => names.has(basename(id)))?.[0],
  })
  const chunks = output.filter((part) => part.type === 'chunk')
  await Promise.all(chunks.map((chunk) => writeFile(resolve(to, chunk.fileName), chunk.code)))
  const written = new Set(chunks.map((chunk) => resolve(to, chunk.fileName)))
  const left = before.map((name) => resolve(from, name)).filter((path) => !written.has(path))
  await Promise.all(left.map((path) => unlink(path)))
}

type Imports = ReadonlyMap<string, readonly string[]>

/** What each file imports of the others, at once and not on first use. */
async function importsOf(folder: string, names: readonly string[]): Promise<Imports> {
  const found = names.map(async (name) => {
    const text = await readFile(resolve(folder, name), 'utf8')
    const named = text.matchAll(/^(?:import|export)\b[^'"]*['"]\.\/([^'"]+)['"]/gm)
    return [name, [...named].map((match) => match[1] ?? '')] as const
  })
  return new Map(await Promise.all(found))
}

function reachable(imports: Imports, start: readonly string[]): ReadonlySet<string> {
  const found = new Set(start)
  for (const name of found) for (const next of imports.get(name) ?? []) found.add(next)
  return found
}

function both(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)))
}
