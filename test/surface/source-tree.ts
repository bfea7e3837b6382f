/**
 * What `src/` says of itself, read with TypeScript's parser: imports, calls, module-level
 * variables. Gives facts; which of them are wrong is `architecture.test.ts`'s business.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export interface Import {
  /** A path below `src/` for a file of ours, else the package's or Node's own name. */
  readonly target: string
  readonly ours: boolean
  /** `import type`: gone when the code runs. */
  readonly typeOnly: boolean
  /** `import()`: loaded on first use. */
  readonly lazy: boolean
  /** `export … from`. */
  readonly reexport: boolean
}

export interface SourceFile {
  /** Below `src/`, with forward slashes. */
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  /** Names that are read as values, with the property that is taken off them: `Date.now`. */
  readonly names: readonly string[]
  /** Every call, as its callee is written: `x.fetch`. */
  readonly calls: readonly Call[]
  /** What the module itself declares and may change: `let x`, `var y`, `new Map`. */
  readonly moduleState: readonly string[]
  readonly exportsDefault: boolean
}

export interface Call {
  readonly callee: string
  readonly argumentCount: number
}

/** Every file below `src/`. */
export function readSourceTree(): readonly SourceFile[] {
  const root = fileURLToPath(new URL('../../src', import.meta.url))
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(posix.join(root, path), 'utf8')))
}

/** The facts of one file; `text` need not be on the disk. */
export function parseSource(path: string, text: string): SourceFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const imports: Import[] = []
  const calls: Call[] = []
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    imports.push(...importsOf(path, node))
    calls.push(...callsOf(node))
    if (ts.isIdentifier(node) && isValue(node)) names.push(nameOf(node))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return {
    path,
    lines: text.replace(/\n$/, '').split('\n').length,
    imports,
    names,
    calls,
    moduleState: source.statements.flatMap(stateOf),
    exportsDefault: source.statements.some(isDefaultExport),
  }
}

function importsOf(from: string, node: ts.Node): readonly Import[] {
  const found = (specifier: ts.Node | undefined, facts: Partial<Import>): readonly Import[] => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return []
    const ours = specifier.text.startsWith('.')
    const target = ours
      ? posix.join(posix.dirname(from), specifier.text)
      : packageName(specifier.text)
    return [{ target, ours, typeOnly: false, lazy: false, reexport: false, ...facts }]
  }
  if (ts.isImportDeclaration(node)) {
    // `import { type A }` leaves an `import {}` behind, which loads the module all the same.
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return found(node.moduleSpecifier, { typeOnly })
  }
  if (ts.isExportDeclaration(node)) {
    return found(node.moduleSpecifier, { typeOnly: node.isTypeOnly, reexport: true })
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return found(node.argument.literal, { typeOnly: true })
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return found(node.arguments[0], { lazy: true })
  }
  return []
}

/** `jose/jwt/sign` is jose, `@scope/name/x` is @scope/name, `node:fs/promises` stays as it is. */
function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function callsOf(node: ts.Node): readonly Call[] {
  if (!ts.isCallExpression(node)) return []
  const callee = node.expression.getText().replace(/\s+/g, '')
  return [{ callee, argumentCount: node.arguments.length }]
}

/** Not a type, not the name of what is declared, and not a property's own name. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if ('name' in parent && parent.name === node) return false
  return !ts.isTypeNode(parent) && !ts.isQualifiedName(parent) && !ts.isTypeElement(parent)
}

function nameOf(node: ts.Identifier): string {
  let at: ts.Node = node
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent
  return at.getText().replace(/^globalThis\./, '')
}

function stateOf(statement: ts.Statement): readonly string[] {
  if (!ts.isVariableStatement(statement)) return []
  const { declarations, flags } = statement.declarationList
  return declarations.flatMap(({ name, initializer }) => {
    const made = initializer !== undefined && ts.isNewExpression(initializer)
    const callee = made ? initializer.expression.getText() : ''
    if ((flags & ts.NodeFlags.Const) === 0) return [`let ${name.getText()}`]
    return callee === 'Map' || callee === 'Set' ? [`new ${callee}: ${name.getText()}`] : []
  })
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false
}

/** The groups of files that import each other in a circle, each named once. */
export function cyclesIn(files: readonly SourceFile[], withTypes: boolean): readonly string[] {
  const arrows = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter((i) => i.ours && !i.lazy && (withTypes || !i.typeOnly)).map((i) => i.target),
    ]),
  )
  const cycles = new Set<string>()
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) cycles.add([...trail.slice(at)].sort().join(' <-> '))
    if (at >= 0 || done.has(path)) return
    for (const next of arrows.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of arrows.keys()) walk(path, [])
  return [...cycles]
}
