/**
 * Writes down what an entry exports: each export's declaration as TypeScript emits it, without
 * comments, private parts and what is marked internal, in the order of the names.
 */
import { join } from 'node:path'
import ts from 'typescript'

export interface EntrySurface {
  /** As it is imported: `m2m-tokens/axios`. */
  readonly name: string
  /** One block an export. */
  readonly text: string
  /** Types of ours that a declaration mentions and no entry exports: `BoundSource: Cell`. */
  readonly unnameable: readonly string[]
}

interface Declared {
  readonly name: string
  readonly typeOnly: boolean
  readonly statements: readonly ts.Statement[]
  /** What the declaring file imports from ours, or declares itself. */
  readonly local: ReadonlySet<string>
}

/** The entries that tsconfig's `paths` name, in that order. */
export function describeEntries(root: string): readonly EntrySurface[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const entries = Object.entries(options.paths ?? {}).map(
    ([name, [path = '']]) => [name, join(root, path)] as const,
  )
  const program = ts.createProgram(
    entries.map(([, path]) => path),
    { ...options, noEmit: false, declaration: true, removeComments: true, stripInternal: true },
  )
  const declarations = new Declarations(program)
  const exported = entries.map(([name, path]) => ({
    name,
    exports: exportsOf(program, path).map((symbol) => declarations.of(symbol)),
  }))
  const known = new Set(exported.flatMap(({ exports }) => exports.map((one) => one.name)))
  return exported.map(({ name, exports }) => ({
    name,
    text: exports.map(print).join('\n\n'),
    unnameable: exports.flatMap((one) =>
      mentioned(one)
        .filter((type) => one.local.has(type) && !known.has(type))
        .map((type) => `${one.name}: ${type}`),
    ),
  }))
}

function exportsOf(program: ts.Program, path: string): readonly ts.Symbol[] {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`${path} is not a module`)
  return checker
    .getExportsOfModule(module)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

/** What TypeScript would write beside the code, file by file, as far as somebody asks. */
class Declarations {
  readonly #program: ts.Program
  readonly #emitted = new Map<string, ts.SourceFile>()

  constructor(program: ts.Program) {
    this.#program = program
  }

  of(symbol: ts.Symbol): Declared {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
    const target = isAlias ? this.#program.getTypeChecker().getAliasedSymbol(symbol) : symbol
    const from = target.declarations?.[0]?.getSourceFile()
    const all = from === undefined ? [] : this.#emit(from).statements
    const statements = all.filter((statement) => namesOf(statement).includes(target.name))
    if (statements.length === 0) throw new Error(`nothing declares ${symbol.name}`)
    return {
      name: symbol.name,
      typeOnly: symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false,
      statements,
      local: new Set(all.flatMap(namesOf)),
    }
  }

  #emit(source: ts.SourceFile): ts.SourceFile {
    const known = this.#emitted.get(source.fileName)
    if (known !== undefined) return known
    let emitted = ''
    const keep = (_: string, text: string) => {
      emitted = text
    }
    this.#program.emit(source, keep, undefined, true)
    const parsed = ts.createSourceFile('emitted.d.ts', emitted, ts.ScriptTarget.ESNext, true)
    this.#emitted.set(source.fileName, parsed)
    return parsed
  }
}

/** What a statement declares, or imports from a file of ours. */
function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  if (ts.isImportDeclaration(statement)) {
    const { moduleSpecifier, importClause } = statement
    const bindings = importClause?.namedBindings
    const ours = ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('.')
    if (!ours || bindings === undefined || !ts.isNamedImports(bindings)) return []
    return bindings.elements.map(({ name }) => name.text)
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  ) {
    return statement.name === undefined ? [] : [statement.name.text]
  }
  return []
}

/** The types that a declaration names, those of a constructor that cannot be called left out. */
function mentioned({ statements, typeOnly }: Declared): readonly string[] {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (typeOnly && ts.isConstructorDeclaration(node)) return
    if (ts.isTypeReferenceNode(node)) names.add(node.typeName.getText())
    if (ts.isExpressionWithTypeArguments(node)) names.add(node.expression.getText())
    ts.forEachChild(node, visit)
  }
  for (const statement of statements) visit(statement)
  return [...names]
}

function print({ statements, typeOnly }: Declared): string {
  const text = statements.map((statement) => statement.getText()).join('\n')
  return typeOnly
    ? text.replace(/^export (declare )?(abstract )?class/, 'export type (class)')
    : text
}
