/** The kit's declarations, as a user's compiler reads them from an ES module and from CommonJS. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

async function declarations(): Promise<string> {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/testing-declarations-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const emit = { noEmit: false, declaration: true, emitDeclarationOnly: true }
  const compilerOptions = { ...emit, rootDir: '../../src', outDir: '.' }
  const settings = { extends: '../../tsconfig.json', compilerOptions, include: [], exclude: [] }
  const file = join(folder, 'tsconfig.json')
  writeFileSync(file, JSON.stringify({ ...settings, files: ['../../src/testing/index.ts'] }))
  const compiler = join(root, 'node_modules/typescript7/bin/tsc')
  // What else is wrong is told elsewhere; the declarations are written all the same.
  await promisify(execFile)(process.execPath, [compiler, '-p', file]).catch(() => undefined)
  return folder
}

/** What is imported on the way from the kit's door, by the file that imports it. */
function imported(folder: string): readonly string[] {
  const found: string[] = []
  const seen = new Set<string>()
  const read = (path: string) => {
    if (seen.has(path)) return
    seen.add(path)
    const text = readFileSync(path, 'utf8').replace(/\/\*.*?\*\//gs, '')
    for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
      const next = join(dirname(path), target.replace(/\.ts$/, '.d.ts'))
      if (target.startsWith('node:')) continue
      if (!target.startsWith('.')) found.push(`${relative(folder, path)}: ${target}`)
      else if (next.includes('/testing/')) read(next)
    }
  }
  read(join(folder, 'testing/index.d.ts'))
  expect(seen.size).toBeGreaterThan(5)
  return found
}

describe('the declarations of the kit', () => {
  // An ES module such as jose cannot be imported by the declarations that CommonJS reads.
  it('import no package', { timeout: 60_000 }, async () => {
    expect(imported(await declarations())).toEqual([])
  })
})
