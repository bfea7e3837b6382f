import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { optionNames } from '../../src/resolve-options.ts'
import { some } from '../support/some.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const readme = read('README.md')
const folder = new URL('test/.readme/', root)

/** Its table rows by their first cell. */
const rows = new Map(
  [...readme.matchAll(/^\| `(\w+)` +\| *([^|]*?) *\|/gm)].map(([, name, next]) => [name, next]),
)

/** The TypeScript blocks of the README, each as a module; the first is `tokens.ts` to the others. */
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ''], index) => ({
  name: index === 0 ? 'tokens' : `block-${index}`,
  code,
}))

/** Files that are compiled but not run: examples in doc comments, which name files of their own. */
const docExamples = [
  'src/errors.ts',
  'src/token-manager.ts',
  'src/bearer/challenge.ts',
  'src/adapters/axios.ts',
  'src/adapters/undici.ts',
  'src/client-auth/private-key-jwt.ts',
  'src/testing/fake-tokens.ts',
  'src/testing/msw-handlers.ts',
  'src/testing/start-authorization-server.ts',
  'src/otel/index.ts',
  'src/store/redis-store.ts',
  'src/testing/token-store-promises.ts',
  'src/verifier/access-token-verifier.ts',
  'src/verifier/express-bearer.ts',
  'src/verifier/web-bearer.ts',
  'src/verifier/refusal.ts',
]
  .flatMap((path) => [...read(path).matchAll(/@example\n \* ```ts\n(.*?) \* ```/gs)])
  .map(([, code = ''], index) => ({ name: `doc-${index}`, code: code.replace(/^ \* ?/gm, '') }))

// The hosts that the README speaks of, played by msw: the blocks run as they are written.
const world = setupServer(
  http.get('https://auth.example.com/.well-known/*', () =>
    HttpResponse.json({
      issuer: 'https://auth.example.com',
      token_endpoint: 'https://auth.example.com/token',
    }),
  ),
  http.post('https://auth.example.com/token', () => HttpResponse.json(some.tokenResponse())),
  http.all('https://calendar.internal/*', () => HttpResponse.json([])),
  http.all('https://files.internal/*', () =>
    HttpResponse.json([], {
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="x"' },
    }),
  ),
)

beforeAll(() => {
  process.env['CLIENT_SECRET'] = 'fake-secret'
  mkdirSync(folder, { recursive: true })
  for (const { name, code } of [...blocks, ...docExamples]) {
    writeFileSync(new URL(`${name}.ts`, folder), `${code}\nexport {}\n`)
  }
  world.listen({ onUnhandledFrame: 'error' })
})

afterEach(() => {
  vi.restoreAllMocks()
})

afterAll(() => {
  world.close()
  rmSync(folder, { recursive: true })
})

describe('the README', () => {
  it('has blocks to show', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(8)
    expect(docExamples.length).toBeGreaterThanOrEqual(4)
  })

  it('has blocks, and doc comments have examples, that compile as a user would compile them', async () => {
    const settings = {
      extends: '../../tsconfig.json',
      // A user's own configuration is seldom as strict as ours about `process.env.X`.
      compilerOptions: { noPropertyAccessFromIndexSignature: false },
      include: ['*.ts'],
      exclude: [],
    }
    writeFileSync(new URL('tsconfig.json', folder), JSON.stringify(settings))
    const compiler = fileURLToPath(new URL('node_modules/typescript7/bin/tsc', root))
    const command = [compiler, '-p', fileURLToPath(folder), '--pretty', 'false']
    // Rejects, with what the compiler said, where anything is wrong.
    await expect(promisify(execFile)(process.execPath, command)).resolves.toMatchObject({
      stdout: '',
    })
  })

  it.each(blocks.map(({ name }) => name))('has a block %s that runs', async (name) => {
    for (const method of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, method).mockReturnValue(undefined)
    }
    await expect(import(new URL(`${name}.ts`, folder).href)).resolves.toBeDefined()
  })

  it.each(optionNames)('has a row for the option %s', (name) => {
    expect(rows.has(name)).toBe(true)
  })

  it('says the same defaults as the code', () => {
    const defaults: readonly (readonly [string, RegExp, string])[] = [
      ['maxEntries', /number\('maxEntries', ([\d_]+)/, '10 000'],
      ['defaultLifetimeSeconds', /number\('defaultLifetimeSeconds', ([\d_]+)/, '300'],
      ['attemptTimeoutMs', /number\('attemptTimeoutMs', ([\d_]+)/, '5 000'],
      ['acquireTimeoutMs', /number\('acquireTimeoutMs', ([\d_]+)/, '10 000'],
      ['retries', /number\('retries', ([\d_]+)/, '2'],
    ]
    const source = read('src/resolve-options.ts')
    for (const [name, pattern, written] of defaults) {
      expect(rows.get(name)).toBe(written)
      expect(pattern.exec(source)?.[1]?.replace('_', ' ')).toBe(written)
    }
  })

  const source = read('src/error-codes.ts')
  const unions = source.slice(source.indexOf('export type'), source.lastIndexOf('/** The `code`'))
  const codes = [...unions.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code)

  it('knows all error codes', () => {
    expect(codes.length).toBe(21)
  })

  it.each(codes)('has a row for the error code %s', (code) => {
    expect(rows.has(code)).toBe(true)
  })

  it('is no longer than 300 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(300)
  })
})
