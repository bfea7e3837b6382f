/**
 * No figure of the README, of docs/benchmarks.md or of a chart is written by hand: all of them are
 * rendered once more from the results that are committed, and must come out as they stand.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readRuns } from '../bench/publish.ts'
import { rendered } from '../bench/rendered.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')

const runs = readRuns(root)
const pages = { readme: read('README.md'), page: read('docs/benchmarks.md') }
const files = runs.length === 0 ? new Map<string, string>() : await rendered(runs, pages)
const how = 'npm run bench, then npm run bench -- --run 2 and 3'

describe('the results of the benchmark', () => {
  it('are of three whole runs', () => {
    expect(runs.length, `docs/bench/runs has too few results: ${how}`).toBe(3)
    expect(runs.map(({ mode }) => mode)).toEqual(['full', 'full', 'full'])
  })

  it('are all of the same code', () => {
    expect(new Set(runs.map(({ commit }) => commit)).size, how).toBe(1)
  })

  it.each(['README.md', 'docs/benchmarks.md'])('are what %s says', (path) => {
    expect(files.get(path), `docs/bench/runs has no results: ${how}`).toBeDefined()
    expect(read(path)).toBe(files.get(path))
  })

  it('are what the charts show, and there is no other chart', () => {
    const drawn = [...files].filter(([path]) => path.endsWith('.svg'))
    expect(drawn.length, `docs/bench/runs has no results: ${how}`).toBeGreaterThan(0)
    const there = readdirSync(`${root}docs/bench`).filter((name) => name.endsWith('.svg'))
    expect(there.toSorted()).toEqual(
      drawn.map(([path]) => path.slice('docs/bench/'.length)).toSorted(),
    )
    for (const [path, svg] of drawn) expect(read(path), path).toBe(svg)
  })
})

describe('the README', () => {
  it('shows charts that are there', () => {
    const charts = [...pages.readme.matchAll(/\]\((docs\/bench\/[^)]+\.svg)\)/g)]
    expect(charts.length).toBeGreaterThan(0)
    for (const [, path = ''] of charts) expect(existsSync(`${root}${path}`), path).toBe(true)
  })
})
