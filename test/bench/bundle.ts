/** What code weighs where it is bundled: minified, and compressed as it would be sent. */
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

/** In bytes. */
export interface Weight {
  readonly minified: number
  readonly gzip: number
}

export interface Weights {
  /** What is loaded before any of the code runs. */
  readonly loaded: Weight
  /** What that code may load afterwards: the chunks of its dynamic imports. */
  readonly later: Weight
}

export interface Source {
  /** A module's text. */
  readonly code: string
  /** Where its imports are resolved. */
  readonly folder: string
  /** Packages whose own code counts; without it, all do. */
  readonly own?: readonly string[]
}

export async function weigh({ code, folder, own }: Source): Promise<Weights> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    write: false,
    logLevel: 'silent',
    legalComments: 'none',
    // Code that is loaded on first use stays apart and does not weigh on the rest.
    splitting: true,
    outdir: '/out',
    entryNames: 'entry',
    plugins: own === undefined ? [] : [onlyOwn(own)],
  })
  const first = loadedFirst(outputFiles)
  const isFirst = ({ path }: OutputFile) => first.has(path.slice(path.lastIndexOf('/') + 1))
  return {
    loaded: weightOf(outputFiles.filter(isFirst)),
    later: weightOf(outputFiles.filter((file) => !isFirst(file))),
  }
}

/** Each file is compressed for itself, as it is sent. */
function weightOf(files: readonly OutputFile[]): Weight {
  const sum = (size: (bytes: Uint8Array) => number) =>
    files.reduce((total, { contents }) => total + size(contents), 0)
  return { minified: sum((bytes) => bytes.length), gzip: sum((bytes) => gzipSync(bytes).length) }
}

interface OutputFile {
  readonly path: string
  readonly text: string
  readonly contents: Uint8Array
}

/** The names of the entry, and of the chunks that are imported before any of its code runs. */
function loadedFirst(files: readonly OutputFile[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    const file = files.find((one) => one.path.endsWith(`/${name}`))
    for (const [, next] of file?.text.matchAll(/(?:from|import)"\.\/([^"]+)"/g) ?? []) {
      if (next !== undefined) visit(next)
    }
  }
  visit('entry.js')
  return seen
}

function onlyOwn(own: readonly string[]): Plugin {
  const isOwn = (path: string) => own.some((name) => path === name || path.startsWith(`${name}/`))
  return {
    name: 'only-own',
    setup(builder) {
      // A bare specifier: neither relative nor absolute.
      builder.onResolve({ filter: /^[^./]/ }, ({ path }) =>
        isOwn(path) ? undefined : { path, external: true },
      )
    },
  }
}
