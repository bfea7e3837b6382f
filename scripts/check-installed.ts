/**
 * Does the package work where it is installed? Packs it, installs the tarball in fresh projects,
 * compiles a user's program against its types, and runs that program on every Node line the package
 * supports, the oldest version included. Needs the registry; takes about a minute.
 */
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gate, GateError, inTemporaryFolder, pack, root, run } from './gate.ts'

interface Manifest {
  readonly engines: { readonly node: string }
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
const oldest = /\d+(\.\d+)*/.exec(manifest.engines.node)?.[0] ?? '22'
const nodeLines = [...new Set([oldest, '22', '24', '26'])]

/** Packages that `import 'm2m-tokens'` must not load: each costs tens of milliseconds to start. */
const neverAtImport = ['undici', 'jose', 'axios', 'commander', '@opentelemetry/api']

await inTemporaryFolder(async (folder) => {
  const esm = join(folder, 'esm')
  const cjs = join(folder, 'cjs')
  const alone = join(folder, 'alone')
  let tarball = ''
  await gate('npm pack', async () => {
    tarball = await pack(folder)
    return ''
  })

  const others = ['axios', '@types/node', '@opentelemetry/api'].map(
    (name) => `${name}@${manifest.devDependencies[name] ?? 'latest'}`,
  )
  await gate('install: an ESM project', () =>
    install(esm, { type: 'module' }, [tarball, ...others]),
  )
  await gate('install: a CommonJS project', () =>
    install(cjs, { type: 'commonjs' }, [tarball, ...others]),
  )
  await gate('install: the package alone', async () => {
    await install(alone, { type: 'module' }, [tarball])
    return installedAlone(alone)
  })
  await gate('types: ESM, strict', () =>
    compile(esm, ['consumer.ts', 'entries.ts', 'two-copies.ts']),
  )
  await gate('types: CommonJS, strict', () => compile(cjs, ['consumer.ts', 'entries.ts']))
  await gate('every entry under Jest', async () => {
    const jest = join(folder, 'jest')
    await install(jest, { type: 'commonjs' }, [tarball, 'jest@30'])
    await copyFile(program('under-jest.cjs'), join(jest, 'entries.test.js'))
    await run(jest, process.execPath, join('node_modules', 'jest', 'bin', 'jest.js'))
    return ''
  })
  await copyFile(program('loaded-packages.ts'), join(alone, 'loaded-packages.ts'))

  await Promise.all(nodeLines.map((line) => installNode(folder, line)))
  const table = new Map<string, string[]>()
  for (const line of nodeLines) {
    const node = nodeIn(folder, line)
    const on = async (what: string, check: () => Promise<string>) => {
      const opened = await isOpen(`node ${line}: ${what}`, check)
      table.set(what, [...(table.get(what) ?? []), opened ? 'ok' : 'FAIL'])
    }
    await on('fetch and axios, ESM', () => run(esm, node, 'consumer.js'))
    await on('fetch and axios, CJS', () => run(cjs, node, 'consumer.js'))
    await on('every entry and the command, ESM', () => run(esm, node, 'entries.js'))
    await on('every entry and the command, CJS', () => run(cjs, node, 'entries.js'))
    await on('both copies in one process', () => run(esm, node, 'two-copies.js'))
    await on('import loads little', () => loaded(alone, node, 'import'))
    await on('require loads little', () => loaded(alone, node, 'require'))
  }
  printTable(table)
})

function program(name: string): string {
  return join(root, 'test', 'package', name)
}

/** A fresh project with these packages, set up like ours. */
async function install(
  home: string,
  fields: Readonly<Record<string, unknown>>,
  packages: readonly string[],
): Promise<string> {
  await mkdir(home)
  await copyFile(join(root, '.npmrc'), join(home, '.npmrc'))
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, ...fields }))
  const flags = ['--no-package-lock', '--ignore-scripts=false', '--loglevel=error']
  await run(home, 'npm', 'install', ...flags, ...packages)
  return packages.slice(1).join(', ')
}

/** Node itself, from the registry's `node` package, whose install script fetches the binary. */
function installNode(folder: string, line: string): Promise<void> {
  return gate(`install: node ${line}`, async () => {
    await install(join(folder, `node-${line}`), { allowScripts: { node: true } }, [`node@${line}`])
    return (await run(folder, nodeIn(folder, line), '--version')).trim()
  })
}

function nodeIn(folder: string, line: string): string {
  return join(folder, `node-${line}`, 'node_modules', 'node', 'bin', 'node')
}

/** What comes along with the package: nothing that package.json does not ask for. */
async function installedAlone(home: string): Promise<string> {
  const installed = await readdir(join(home, 'node_modules'))
  const unasked = neverAtImport.filter(
    (name) => installed.includes(name) && !(name in manifest.dependencies),
  )
  if (unasked.length > 0) throw new GateError(`installed without need: ${unasked.join(', ')}`)
  return installed.filter((name) => !name.startsWith('.')).join(', ')
}

/** Compiles the programs with the project's own TypeScript, the package's types included. */
async function compile(home: string, names: readonly string[]): Promise<string> {
  for (const name of names) await copyFile(program(name), join(home, name))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
  }
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names }))
  await run(
    home,
    process.execPath,
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    '.',
  )
  return names.join(', ')
}

async function loaded(home: string, node: string, how: 'import' | 'require'): Promise<string> {
  const names = (await run(home, node, 'loaded-packages.ts', how)).trim().split('\n')
  const unwanted = names.filter((name) => neverAtImport.includes(name))
  if (unwanted.length > 0) throw new GateError(`${how} also loads ${unwanted.join(', ')}`)
  if (!names.includes('m2m-tokens')) throw new GateError('nothing was recorded')
  return names.join(', ')
}

/** Like `gate`, but goes on after a failure, so that the table is complete. */
async function isOpen(name: string, check: () => Promise<string>): Promise<boolean> {
  try {
    await gate(name, check)
    return true
  } catch (error) {
    process.exitCode = 1
    console.error(error instanceof GateError ? error.message : error)
    return false
  }
}

function printTable(table: ReadonlyMap<string, readonly string[]>): void {
  const row = (what: string, cells: readonly string[]) =>
    `${what.padEnd(36)}${cells.map((cell) => cell.padStart(8)).join('')}`
  console.log(`\n${row('node', nodeLines)}`)
  for (const [what, cells] of table) console.log(row(what, cells))
}
