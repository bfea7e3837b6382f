/**
 * Do an entry's types promise what its code has? A class that the source exports as a type only can
 * come out of a bundled `.d.ts` as a value: it compiles, and the import fails when the code runs.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

interface Side {
  readonly types: string
  readonly default: string
}

/** `exports` of package.json, as this package writes them. */
export type Exports = Readonly<
  Record<string, string | Readonly<Record<'import' | 'require', Side>>>
>

/** What differs, one line each: `./dist/index.d.ts promises X: it is not there`. */
export async function exportDifferences(
  root: string,
  exports: Exports,
): Promise<readonly string[]> {
  const require = createRequire(join(root, 'package.json'))
  const differences: string[] = []
  for (const entry of Object.values(exports)) {
    if (typeof entry === 'string') continue
    const esm = (await import(pathToFileURL(join(root, entry.import.default)).href)) as object
    const cjs = require(join(root, entry.require.default)) as object
    for (const [side, actual] of [
      [entry.import, esm],
      [entry.require, cjs],
    ] as const) {
      const promised = promisedValues(join(root, side.types))
      const present = new Set(Object.keys(actual))
      for (const name of promised) {
        if (!present.has(name)) differences.push(`${side.types} promises ${name}: it is not there`)
      }
      for (const name of present) {
        if (!promised.has(name)) differences.push(`${side.types} says nothing of ${name}`)
      }
    }
  }
  return differences
}

/** The names that a declaration file exports as values. */
function promisedValues(path: string): Set<string> {
  const { NodeNext: module } = ts.ModuleKind
  const program = ts.createProgram([path], { module, target: ts.ScriptTarget.ES2023 })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(path)
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  const names = (symbol === undefined ? [] : checker.getExportsOfModule(symbol))
    .filter((one) => !(one.declarations ?? []).some(ts.isTypeOnlyExportDeclaration))
    .filter((one) => {
      const isAlias = (one.flags & ts.SymbolFlags.Alias) !== 0
      const target = isAlias ? checker.getAliasedSymbol(one) : one
      return (target.flags & ts.SymbolFlags.Value) !== 0
    })
  return new Set(names.map((one) => one.name))
}
