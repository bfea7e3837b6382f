/**
 * The import statements of a contestant's user, as a file and as text: where nothing but loading is
 * measured, nothing but these may be loaded.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
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
  const files = readdirSync(folder).filter((name) => /^[a-z]+\.js$/.test(name) && name !== 'cli.js')
  return files.map((file) => ({
    name: file === 'index.js' ? 'm2m-tokens' : `m2m-tokens/${file.replace('.js', '')}`,
    file: `${folder}/${file}`,
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
