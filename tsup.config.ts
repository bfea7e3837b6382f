import { readFile, rm, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsup'
import type { Options } from 'tsup'
import { mergeChunks } from './scripts/merge-chunks.ts'

const entry = {
  index: 'src/index.ts',
  auto: 'src/auto.ts',
  axios: 'src/adapters/axios.ts',
  undici: 'src/adapters/undici.ts',
  otel: 'src/otel/index.ts',
  providers: 'src/providers/index.ts',
  redis: 'src/store/redis-store.ts',
  testing: 'src/testing/index.ts',
  verifier: 'src/verifier/index.ts',
}
/** Not an entry of the package: its command. */
const command = { cli: 'src/cli/main.ts' }

const common: Options = {
  entry,
  dts: true,
  // The code is readable as it is, and maps would be three quarters of the package.
  sourcemap: false,
  treeshake: true,
  // Shared chunks: without them every CommonJS entry would carry its own error classes.
  splitting: true,
  target: 'node22',
}

// Packages that are ES modules alone. Node can require them; Jest, for one, can neither require
// nor import() them: so they come along, and are required on first use.
const bundled = ['jose', 'leven', 'p-retry', 'is-network-error']

// In a folder of its own: its chunks become those of the CommonJS build.
const toRequire = 'dist/.to-require'
const entries = Object.keys(entry)

export default defineConfig([
  {
    ...common,
    entry: { ...entry, ...command },
    format: ['esm'],
    clean: true,
    // Small, and looked for by every program that names an option: not worth a package to open.
    noExternal: [/^leven$/],
    onSuccess: () =>
      mergeChunks({ from: 'dist', to: 'dist', format: 'es', entries: [...entries, 'cli'] }),
  },
  {
    ...common,
    format: ['esm'],
    dts: false,
    outDir: toRequire,
    noExternal: bundled.map((name) => new RegExp(`^${name}($|/)`)),
    onSuccess: async () => {
      await mergeChunks({ from: toRequire, to: 'dist', format: 'cjs', entries })
      await Promise.all([writeLicences(), rm(toRequire, { recursive: true })])
    },
  },
  // Declarations of the CommonJS build. Without declarations it would be a CommonJS build of its own.
  ...(process.argv.includes('--no-dts')
    ? []
    : [{ ...common, format: ['cjs' as const], dts: { only: true } }]),
])

/** What is bundled comes with its licence. */
async function writeLicences(): Promise<void> {
  const texts = await Promise.all(
    bundled.map(async (name) => {
      const folder = `node_modules/${name}`
      const names = ['LICENSE.md', 'license', 'LICENSE']
      const found = names.map((file) => readFile(`${folder}/${file}`, 'utf8').catch(() => ''))
      const text = (await Promise.all(found)).find((one) => one !== '')
      if (text === undefined) throw new Error(`${name} has no licence to be found`)
      return `${name}\n\n${text.trim()}\n`
    }),
  )
  await writeFile('dist/third-party-licenses.txt', texts.join(`\n${'-'.repeat(72)}\n\n`))
}
