import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^m2m-tokens\/axios$/, replacement: source('./src/adapters/axios.ts') },
      { find: /^m2m-tokens$/, replacement: source('./src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/support/fuzz-seed.ts'],
    testTimeout: 20_000,
    sequence: { shuffle: true },
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
    reporters: ['default', './scripts/count-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
})
