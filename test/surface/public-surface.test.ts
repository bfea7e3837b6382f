/**
 * Everything a user can import, with its signatures, against `public-surface.txt`. A difference is
 * a change of the public surface: meant, then the file is written anew and read in the review, or
 * not meant, then the source is wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeEntries } from './describe-surface.ts'
import type { EntrySurface } from './describe-surface.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const recorded = fileURLToPath(new URL('public-surface.txt', import.meta.url))
const remedy =
  'the public surface changed; if that is meant, run\n' +
  '  UPDATE_SURFACE=1 npx vitest run test/surface/public-surface.test.ts\n' +
  'and add what users will notice to CHANGELOG.md'

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
}

describe('the public surface', () => {
  let entries: readonly EntrySurface[] = []
  beforeAll(() => {
    entries = describeEntries(root)
  }, 20_000)

  it('is described for every entry of package.json', () => {
    const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest
    const names = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    expect(entries.map((entry) => entry.name)).toEqual(
      names.map((name) => `m2m-tokens${name.slice(1)}`),
    )
  })

  it('names every type that its signatures mention', () => {
    // A type that cannot be imported cannot be written down by the user who gets one.
    expect(entries.flatMap((entry) => entry.unnameable)).toEqual([])
  })

  it('is what public-surface.txt says', () => {
    const now = entries.map(({ name, text }) => `# ${name}\n\n${text}\n`).join('\n')
    if (process.env['UPDATE_SURFACE'] === '1') writeFileSync(recorded, now)
    const before = readFileSync(recorded, 'utf8')
    expect(now, remedy).toBe(before)
  })
})
