/** What the tests of this project promise, read from their source: for indexes that name them. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const tests = new URL('../', import.meta.url)
const setAside = ['only', 'skip', 'todo']

/** Every test file, as a path below `test/`. */
export function testFiles(folder = ''): readonly string[] {
  const cwd = fileURLToPath(new URL(folder, tests))
  return globSync('**/*.test.ts', { cwd }).map((name) => `${folder}${name}`)
}

/** The tests of one file as `describe > test`, spelled as in its source; a describe is no test. */
export function titlesOf(file: string): readonly string[] {
  const titles: string[] = []
  const visit = (node: ts.Node, path: readonly string[]): void => {
    const call = titledCall(node)
    if (call?.kind === 'test') titles.push([...path, call.title].join(' > '))
    const below = call === undefined ? path : [...path, call.title]
    ts.forEachChild(node, (child) => {
      visit(child, below)
    })
  }
  for (const source of sourcesOf(file)) visit(source, [])
  return titles
}

/** Tests that do not run, or keep others from running. */
export function setAsideIn(file: string): readonly string[] {
  const url = new URL(file, tests)
  // Read as a text first: hardly any file has the words, and to take all apart takes seconds.
  if (!/\.(only|skip|todo)\b/.test(readFileSync(url, 'utf8'))) return []
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isRunner(node) && setAside.includes(node.name.text))
      found.push(`${file}: ${node.getText()}`)
    ts.forEachChild(node, visit)
  }
  for (const source of sourcesOf(file)) visit(source)
  return found
}

function isRunner(node: ts.Node): boolean {
  return /^(describe|it|test)\b/.test(node.getText())
}

function titledCall(node: ts.Node) {
  if (!ts.isCallExpression(node) || !isRunner(node.expression)) return undefined
  const [first] = node.arguments
  if (first === undefined || !ts.isStringLiteralLike(first)) return undefined
  const kind = node.expression.getText().startsWith('describe') ? 'describe' : 'test'
  return { kind, title: first.text }
}

function sourcesOf(file: string): readonly ts.SourceFile[] {
  const url = new URL(file, tests)
  if (!existsSync(url)) return []
  return [ts.createSourceFile(file, readFileSync(url, 'utf8'), ts.ScriptTarget.ESNext, true)]
}
