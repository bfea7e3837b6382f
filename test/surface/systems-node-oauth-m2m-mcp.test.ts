/**
 * Three of the systems in `examples/` run with one command, end well, and print what their README
 * shows, line by line.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = new URL('../../examples/', import.meta.url)
const resolveSource = new URL('../support/resolve-source.mjs', import.meta.url).href

/** One line, or more, without which the system would not show what it is there for. */
const promised = {
  'node-oauth2-server': [
    /^ 1\. .*\/public +200 open to all$/m,
    /^ 2\. .*\/read-resource, no token +401$/m,
    /^ 3\. .*bad credentials +401 invalid_client$/m,
    /^ 6\. .*\/read-resource.* 200 {"resource":null}$/m,
    /^ 7\. .*\/write-resource.* 401 invalid_token$/m,
    /^ 8\. .*\/write-resource +200 {"message":"resource created"}$/m,
    /^ 9\. .*\/read-resource.* 200 {"resource":"spring"}$/m,
    /^ +token requests: 2, refused: 1$/m,
  ],
  'm2m-auth': [
    /^ +m1 calls +200 +200 +401$/m,
    /^ +m2 calls +200 +200 +401$/m,
    /^ +m3 calls +200 +401 +401$/m,
    / (25 x 200(, )?){5}$/m,
    /token requests of each, ever +1 1 1 1 1$/m,
    /which is forbidden +25 x 401$/m,
    /the bootstrap JWT of m1 +401 The token is for another audience$/m,
    /\/query without JSON +400 No such microservice$/m,
    /\/accesstoken by m1 without JSON +401 Unauthorized target microservice$/m,
    /GET m1 \/hello, the token of m1 for m1 +200 m1 says hello to m1$/m,
    /GET m1 \/hello, the token of m1 for m2 +401 The token is for another audience$/m,
    /no keys in reach +503 server_error$/m,
  ],
  mcp: [
    /POST \/mcp without a token +401, see \/\.well-known\/oauth-protected-resource\/mcp$/m,
    /told all, client_secret_basic +count_words: 5 words, counted for with-a-secret$/m,
    /told all, private_key_jwt +count_words: 5 words, counted for with-a-key$/m,
    /finding out, client_secret_basic +count_words: 5 words, counted for with-a-secret$/m,
    /finding out, private_key_jwt +count_words: 5 words, counted for with-a-key$/m,
    /a server that names another issuer +issuer_not_allowed$/m,
    /what that issuer saw of us +0 requests$/m,
    /a server that says it is the first +metadata_invalid$/m,
    /what both saw of our tokens +0 requests with one$/m,
    /GET \/mcp with a token for it +405$/m,
    /GET \/mcp with one for another resource +401 invalid_token$/m,
    /GET \/mcp with the first, a byte changed +401 invalid_token$/m,
    /no keys to check it with +500$/m,
  ],
}

describe.concurrent.each(Object.entries(promised))('examples/%s', (name, lines) => {
  const folder = new URL(`${name}/`, examples)
  const readme = readFileSync(new URL('README.md', folder), 'utf8')

  it('runs, and prints what it promises and no token', { timeout: 40_000 }, async () => {
    const { stdout, stderr } = await run(new URL('run.ts', folder))
    for (const line of lines) expect(stdout).toMatch(line)
    expect(stdout).not.toMatch(/eyJ|Bearer [\w-]{20}|[0-9a-f]{40}/)
    expect(stderr).toBe('')
    expect(longest(stdout)).toBeLessThan(100)
    expect(withoutPorts(transcriptIn(readme))).toBe(withoutPorts(stdout).trimEnd())
  })

  it('has a README of one screen that names its command', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
    // The package's own Node: an older one does not run TypeScript.
    const command = `npx node examples/${name}/run.ts`
    expect(readme).toContain(command)
    expect(readFileSync(new URL('run.ts', folder), 'utf8')).toContain(command)
  })

  it('is made of small files', () => {
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.ts'))) {
      const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')
      expect(lines.length, file).toBeLessThanOrEqual(200)
    }
  })
})

async function run(program: URL): Promise<{ readonly stdout: string; readonly stderr: string }> {
  // Rejects, with what was printed, where the program does not end with 0 in time.
  return promisify(execFile)(
    process.execPath,
    ['--import', resolveSource, fileURLToPath(program)],
    { env: { ...process.env, NODE_NO_WARNINGS: '1' }, timeout: 20_000 },
  )
}

function transcriptIn(readme: string): string {
  return /```text\n([^]*?)\n```/.exec(readme)?.[1] ?? 'no transcript'
}

function withoutPorts(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:port')
}

function longest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}
