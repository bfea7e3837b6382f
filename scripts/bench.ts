/**
 * `npm run bench`: builds the package as it is published, installs what it is compared with (in
 * `test/bench/` alone), and measures. `-- --quick` shows all of it in two minutes; `-- --scenario
 * hit` measures one part; `-- --render` measures nothing and writes charts and tables again. Every
 * one is described in docs/benchmarks.md.
 */
import { spawn } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { prepareCopy } from './built-copy.ts'
import { root } from './gate.ts'

const bench = join(root, 'test', 'bench')
const folder = join(root, '.cache', 'bench', 'package')
const rest = process.argv.slice(2)
/** Nothing but its number in the series, if that. */
const isWhole = rest.every((word) => word === '--run' || /^(--run=)?\d$/.test(word))

/** Shows what the program shows; its standard output may go to standard error. */
function show(cwd: string, command: readonly string[], quiet = true): Promise<number> {
  const [program = '', ...args] = command
  const env = { ...process.env, BENCH_BUILT: join(folder, 'dist') }
  const output = quiet ? process.stderr : process.stdout
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', output, process.stderr] })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}

async function mustShow(cwd: string, ...command: readonly string[]): Promise<void> {
  console.error(`> ${command.join(' ')}`)
  const code = await show(cwd, command)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
}

/** The packages of the contestants are installed again only where their list has changed. */
async function install(): Promise<void> {
  const marker = join(bench, 'node_modules', '.installed-lock.json')
  const lock = await readFile(join(bench, 'package-lock.json'), 'utf8')
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === lock) return
  await mustShow(bench, 'npm', 'ci', '--no-audit', '--no-fund')
  await copyFile(join(bench, 'package-lock.json'), marker)
}

/** What is measured is what users load: bundled, with the manifest beside it. */
async function build(): Promise<void> {
  const tsup = await prepareCopy(folder)
  // Types take the greater part of a build, and weigh only in the tarball of a whole run.
  await mustShow(folder, ...tsup, ...(isWhole ? [] : ['--no-dts']))
}

if (!rest.includes('--render')) {
  await install()
  await build()
}
process.exitCode = await show(root, [process.execPath, join(bench, 'main.ts'), ...rest], false)
