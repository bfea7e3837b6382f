/** docs/testing.md: what it shows compiles, and its tests pass, as a user's would. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const resolver = new URL('../support/resolve-source.mjs', import.meta.url).href
const guide = readFileSync(join(root, 'docs/testing.md'), 'utf8')
const blocks = [...guide.matchAll(/```ts\n(\/\/ ([\w.-]+)\n.*?)```/gs)].map(
  ([, code = '', name = '']) => ({ name, code }),
)
const tests = blocks.map(({ name }) => name).filter((name) => name.endsWith('.test.ts'))

let folder = ''

beforeAll(() => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  folder = mkdtempSync(join(root, '.cache/testing-guide-'))
  for (const { name, code } of blocks) writeFileSync(join(folder, name), code)
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Resolves to what was printed; rejects, with that, where the command does not end with 0. */
async function run(...command: readonly string[]): Promise<string> {
  const options = { cwd: root, timeout: 60_000 }
  return (await promisify(execFile)(process.execPath, command, options)).stdout
}

describe('the guide to testing', () => {
  it('has a test for each door, and every block has the name of its file', () => {
    expect(tests).toEqual([
      'calendar-fake.test.ts',
      'calendar-msw.test.ts',
      'calendar-http.test.ts',
    ])
    expect(blocks.length).toBe(guide.split('```ts').length - 1)
  })

  it('has blocks that compile as a user would compile them', { timeout: 60_000 }, async () => {
    const settings = { extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] }
    const file = join(folder, 'tsconfig.json')
    writeFileSync(file, JSON.stringify(settings))
    const compiler = join(root, 'node_modules/typescript7/bin/tsc')
    expect(await run(compiler, '-p', file, '--pretty', 'false')).toBe('')
  })

  it.each(tests)('has a file %s whose tests pass', { timeout: 60_000 }, async (name) => {
    const reporter = ['--test-reporter', 'tap']
    const said = await run('--import', resolver, ...reporter, join(folder, name))
    const count = guide.match(new RegExp(`// ${name}.*?\`\`\``, 's'))?.[0].split('\ntest(').length
    expect(said).toContain(`# pass ${(count ?? 0) - 1}\n`)
    expect(said).toContain('# fail 0\n')
  })
})
