import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const ownProcess = [
  // The README's blocks are a user's programs: they subscribe and never unsubscribe.
  'test/surface/documentation.test.ts',
  // Forgets the modules that are loaded, which others go on using.
  'test/promises/first-use.test.ts',
]

export default defineConfig({
  resolve: {
    alias: [
      { find: /^m2m-tokens\/(axios|undici)$/, replacement: source('./src/adapters/$1.ts') },
      {
        find: /^m2m-tokens\/(otel|providers|testing|verifier)$/,
        replacement: source('./src/$1/index.ts'),
      },
      { find: 'm2m-tokens/auto', replacement: source('./src/auto.ts') },
      { find: 'm2m-tokens/redis', replacement: source('./src/store/redis-store.ts') },
      { find: /^m2m-tokens$/, replacement: source('./src/index.ts') },
    ],
  },
  test: {
    setupFiles: ['./test/support/fuzz-seed.ts', './test/support/loaded-parts.ts'],
    testTimeout: 20_000,
    sequence: { shuffle: true },
    maxWorkers: '100%',
    reporters: ['default', './scripts/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'one process for many files',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ownProcess],
          // Files close what they opened and come in an order drawn anew for each run, so that they
          // may share a process: on two cores that takes a third off the time.
          isolate: false,
          typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
        },
      },
      {
        extends: true,
        test: { name: 'a process of its own', include: ownProcess, isolate: true },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
})
