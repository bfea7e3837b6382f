/** Every example runs as a user would run it, ends well, and prints what it promises. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = new URL('../../examples/', import.meta.url)
const resolveSource = new URL('../support/resolve-source.mjs', import.meta.url).href
const files = readdirSync(examples).filter((name) => name.endsWith('.ts'))

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

async function run(name: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const path = fileURLToPath(new URL(name, examples))
  // Rejects, with what was printed, where the example does not end with 0.
  return promisify(execFile)(process.execPath, ['--import', resolveSource, path], {
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    timeout: 30_000,
  })
}

describe.concurrent.each(files)('examples/%s', (name) => {
  it('runs, and prints what it promises and no token', { timeout: 40_000 }, async () => {
    const { stdout, stderr } = await run(name)
    expect(promised[name], `${name} has no line in this test`).toBeDefined()
    for (const line of promised[name] ?? []) expect(stdout).toMatch(line)
    expect(stdout).not.toMatch(/eyJ|Bearer [\w-]{20}/)
    expect(stderr).toBe('')
  })

  it('is 20 to 50 lines and has its row in the index', () => {
    const lines = readFileSync(new URL(name, examples), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(20)
    expect(lines.length).toBeLessThanOrEqual(50)
    expect(readFileSync(new URL('README.md', examples), 'utf8')).toContain(`node examples/${name}`)
  })
})
