/** The index of pitfalls names tests; each of them is there, in the file and under the title it says. */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const tests = new URL('../', import.meta.url)
const index = readFileSync(new URL('promises/pitfalls.md', tests), 'utf8')

/** One numbered line of the index, with the lines below it. */
const pitfalls = index
  .split(/^(?=\d+\. )/m)
  .slice(1)
  .map((text) => ({
    number: Number(/^\d+/.exec(text)?.[0]),
    held: [...text.matchAll(/^ +- `([^`]+)`: ([^\n]+)$/gm)].map(([, file = '', title = '']) => ({
      file,
      title,
    })),
    notYet: [...text.matchAll(/^ +- not yet: (.+)$/gm)].map(([, feature = '']) => feature),
  }))

/** Features that may be waited for; when one is there, its tests are too. */
const awaited = ['DPoP', 'shared store', 'undici interceptor', 'private_key_jwt']

/** Every `describe > test` of a test file, as its source spells them. */
function titlesOf(file: string): readonly string[] {
  const url = new URL(file, tests)
  if (!existsSync(url)) return []
  const source = ts.createSourceFile(file, readFileSync(url, 'utf8'), ts.ScriptTarget.ESNext, true)
  const titles: string[] = []
  const visit = (node: ts.Node, path: readonly string[]): void => {
    const title = titleOf(node)
    const below = title === undefined ? path : [...path, title]
    if (title !== undefined) titles.push(below.join(' > '))
    ts.forEachChild(node, (child) => {
      visit(child, below)
    })
  }
  visit(source, [])
  return titles
}

function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node)) return undefined
  if (!/^(describe|it|test)\b/.test(node.expression.getText())) return undefined
  const [first] = node.arguments
  return first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined
}

describe('the index of pitfalls', () => {
  it('numbers its lines without a gap', () => {
    expect(pitfalls.length).toBeGreaterThan(0)
    expect(pitfalls.map(({ number }) => number)).toEqual(pitfalls.map((_, at) => at + 1))
  })

  it.each(pitfalls)('names tests that are there, for line $number', ({ held, notYet }) => {
    expect(held.length + notYet.length).toBeGreaterThan(0)
    for (const { file, title } of held) expect(titlesOf(file)).toContain(title)
    for (const feature of notYet) expect(awaited).toContain(feature)
  })

  it('holds nothing that is not read as a line, a test or a feature', () => {
    const bullets = index.split('\n').filter((line) => /^ +- /.test(line))
    const read = pitfalls.flatMap(({ held, notYet }) => [...held, ...notYet])
    expect(read.length).toBe(bullets.length)
  })
})
