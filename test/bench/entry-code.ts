/**
 * The import statements of a contestant's user, as a file and as text: where nothing but loading is
 * measured, nothing but these may be loaded.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Contestant } from './contestant.ts'

/** Where the launcher put the built package. */
export function builtFolder(): string {
  const folder = process.env['BENCH_BUILT']
  if (folder === undefined) throw new Error('npm run bench builds the package and says where it is')
  return folder
}

/** Every entry of the package, by the name that users import. */
export function entries(): readonly { readonly name: string; readonly file: string }[] {
  const folder = builtFolder()
  const manifest = JSON.parse(readFileSync(join(dirname(folder), 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  return Object.keys(manifest.exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => ({
      name: entry.replace('.', 'm2m-tokens'),
      file: `${folder}/${entry === '.' ? 'index' : entry.slice(2)}.js`,
    }))
}

export function codeOf(contestant: Contestant): string | undefined {
  if (contestant.name !== 'm2m-tokens') return contestant.code
  return `export * from ${JSON.stringify(`${builtFolder()}/index.js`)}`
}

/** Among the installed packages, so that theirs are found from there, and no tool reads it. */
const scratch = fileURLToPath(new URL('node_modules/.bench/', import.meta.url))

/** Writes a module that holds this code, and returns its URL. */
export function moduleOf(name: string, code: string): string {
  mkdirSync(scratch, { recursive: true })
  const path = `${scratch}${name}.mjs`
  writeFileSync(path, `${code}\n`)
  return pathToFileURL(path).href
}
