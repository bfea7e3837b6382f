/** Every example runs as a user would run it, ends well, and prints what it promises. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = new URL('../../examples/', import.meta.url)
const resolveSource = new URL('../support/resolve-source.mjs', import.meta.url).href
const filesIn = (folder: string) =>
  readdirSync(new URL(folder, examples)).filter((name) => name.endsWith('.ts'))
const files = filesIn('.')
const recipes = filesIn('recipes/').map((name) => `recipes/${name}`)

/** One line, or more, without which the example would not show what it is there for. */
const promised: Readonly<Record<string, readonly RegExp[]>> = {
  'get-a-token.ts': [/^asked again +100 times the same token$/m, /^token requests +1$/m],
  'call-an-api.ts': [/^another origin +origin_not_listed$/m, /^reached there +0 requests$/m],
  'several-audiences.ts': [/^requests for event +1$/m, /^event token at file +401 Bearer/m],
  'with-axios.ts': [/^after revocation +200 \(1 refused, then renewed\)$/m, /^detached +401$/m],
  'verify-a-token.ts': [/^a good token +200 /m, /^another scope +403 .*insufficient_scope/m],
  'with-undici.ts': [/ 200 .*\n/, / 401$/m],
  'watch-what-happens.ts': [/^acquired +event\.create in \d+ ms$/m, /^invalidated /m],
}

/** A recipe asserts what it says, and prints the same to the letter wherever it runs. */
const printed: Readonly<Record<string, readonly string[]>> = {
  'recipes/generated-client.ts': [
    'listFiles()       plan.txt, notes.txt',
    'after revocation  200 (1 refused)',
    '50 at once        50 answered',
    'token requests    2',
    'another origin    origin_not_listed',
  ],
  'recipes/got.ts': [
    'GET /files        {"ok":true}',
    'after revocation  200 {"name":"plan.txt"} (1 refused)',
    'token requests    2',
    'another origin    refused, 0 requests',
  ],
  'recipes/grpc.ts': [
    'List              plan.txt, notes.txt',
    'after revocation  3 answered (3 refused)',
    'token requests    2',
  ],
  'recipes/kafka.ts': ['connected         3 clients', 'token requests    1'],
  'recipes/kafka-refusal.ts': [
    'refused           1 and connected with the next',
    'token requests    2',
  ],
  'recipes/ky.ts': [
    'GET /files        plan.txt, notes.txt',
    'after revocation  200 {"name":"plan.txt"} (1 refused)',
    '50 at once        50 answered',
    'token requests    2',
    'another origin    refused, 0 requests',
  ],
  'recipes/lambda.ts': [
    'cold start        200 token requests 1',
    'warm              200 token requests 1',
    'frozen 1 min      200 token requests 1',
    'frozen 1 h        200 token requests 2',
  ],
  'recipes/nextjs.ts': [
    'by default        kept 0',
    'asked for         {"revalidate":60,"tags":["files"]}',
    'after revocation  200 from the cache',
  ],
  'recipes/openapi-fetch.ts': [
    'GET /files        plan.txt, notes.txt',
    'after revocation  200 (1 refused)',
    'middleware saw    POST, authorization none, 200',
    'token requests    2',
  ],
  'recipes/tenants.ts': [
    '4 calls, 2 tenants  2 token requests',
    'red was in use      grey, red stay',
    'blue is back        4 token requests, as before',
  ],
}

async function run(name: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const path = fileURLToPath(new URL(name, examples))
  // Rejects, with what was printed, where the example does not end with 0.
  return promisify(execFile)(process.execPath, ['--import', resolveSource, path], {
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    timeout: 60_000,
  })
}

describe.concurrent.each(files)('examples/%s', (name) => {
  it('runs, and prints what it promises and no token', { timeout: 70_000 }, async () => {
    const { stdout, stderr } = await run(name)
    expect(promised[name], `${name} has no line in this test`).toBeDefined()
    for (const line of promised[name] ?? []) expect(stdout).toMatch(line)
    expect(stdout).not.toMatch(/eyJ|Bearer [\w-]{20}/)
    expect(stderr).toBe('')
  })
})

describe.concurrent.each(recipes)('examples/%s', (name) => {
  it('runs, keeps what it asserts, and prints its lines alone', { timeout: 70_000 }, async () => {
    const { stdout, stderr } = await run(name)
    expect(stdout.trimEnd().split('\n')).toEqual(printed[name])
    expect(stderr).toBe('')
  })
})

describe.each([...files, ...recipes])('examples/%s', (name) => {
  it('is 20 to 50 lines and has its row in the index', () => {
    const lines = readFileSync(new URL(name, examples), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(20)
    expect(lines.length).toBeLessThanOrEqual(50)
    expect(readFileSync(new URL('README.md', examples), 'utf8')).toContain(`node examples/${name}`)
  })
})
