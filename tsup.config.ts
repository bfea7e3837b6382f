import { readdir, readFile, writeFile } from 'node:fs/promises'
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
  // Not an entry of the package: its command.
  cli: 'src/cli/main.ts',
}

const common: Options = {
  entry,
  dts: true,
  // The code is readable as it is, and maps would be three quarters of the package.
  sourcemap: false,
  // By rollup: the other way, classes come out of the CommonJS build as no classes.
  treeshake: true,
  // Shared chunks: without them every CommonJS entry would carry its own error classes.
  splitting: true,
  target: 'node22',
}

// Packages that are ES modules alone. Node can require them; Jest, for one, can neither require
// nor import() them: so they come along, and are required on first use.
const bundled = ['jose', 'leven', 'p-retry', 'is-network-error']

export default defineConfig([
  {
    ...common,
    format: ['esm'],
    clean: true,
    // Small, and looked for by every program that names an option: not worth a package to open.
    noExternal: [/^leven$/],
    onSuccess: async () => {
      await mergeChunks('dist', Object.keys(entry))
    },
  },
  {
    ...common,
    format: ['cjs'],
    noExternal: bundled.map((name) => new RegExp(`^${name}($|/)`)),
    onSuccess: async () => {
      await Promise.all([writeLicences(), requireOnFirstUse()])
    },
  },
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

/** CommonJS has a word of its own for what is loaded on first use; import() needs a loader of modules. */
async function requireOnFirstUse(): Promise<void> {
  const names = await readdir('dist')
  const texts = names.filter((name) => name.endsWith('.cjs')).map((name) => `dist/${name}`)
  await Promise.all(
    texts.map(async (path) => {
      const text = await readFile(path, 'utf8')
      const required = text.replace(
        /\bimport\((['"][^'"]+['"])\)/g,
        'Promise.resolve().then(() => require($1))',
      )
      if (required !== text) await writeFile(path, required)
    }),
  )
}
