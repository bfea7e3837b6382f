import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
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
  },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
  // Shared chunks: without them every CommonJS entry would carry its own error classes.
  splitting: true,
  // Keeps a real import() in CommonJS, so that what is loaded on first use stays so.
  treeshake: true,
  target: 'node22',
})
