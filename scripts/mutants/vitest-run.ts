/**
 * Copies of the project in which a mutant can live, and a run of the tests in one of them. A run
 * that ends badly without a failed test says nothing about the rule, so it has a verdict of its own.
 */
import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../gate.ts'

/** `broken`: it ended badly without a failed test, for example because a file does not load. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly test: string; readonly file: string }
  | { readonly kind: 'hung' }
  | { readonly kind: 'broken'; readonly said: string }

const copied = ['src', 'test', 'vitest.config.ts', 'tsconfig.json', 'package.json', 'README.md']
const longestRunMs = 180_000

/** The groups of the processes under way: a worker in an endless loop does not end with its parent. */
const groups = new Set<number>()

export function stopAll(): void {
  for (const group of groups) process.kill(-group, 'SIGKILL')
}

/** A copy with its own `node_modules` of links, so that what Vite caches there is its own as well. */
export async function makeCopy(folder: string): Promise<string> {
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name.startsWith('.vite')) continue
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

/** @param files What vitest is asked to run: files or folders. */
export async function runTests(folder: string, files: readonly string[]): Promise<Verdict> {
  const report = join(folder, 'report.json')
  await rm(report, { force: true })
  const { code, hung, output } = await vitest(folder, [
    ...['run', '--bail=1', '--maxWorkers=1'],
    ...['--coverage.enabled=false', '--typecheck.enabled=false'],
    ...['--reporter=json', `--outputFile=${report}`, ...files],
  ])
  if (hung) return { kind: 'hung' }
  if (code === 0) return { kind: 'passed' }
  const failure = await readFile(report, 'utf8').then(firstFailure, () => undefined)
  return failure ?? { kind: 'broken', said: output }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function firstFailure(json: string): Verdict | undefined {
  const { testResults } = JSON.parse(json) as Report
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed !== undefined) return { kind: 'failed', test: failed.fullName, file: name }
  }
  return undefined
}

interface End {
  readonly code: number | null
  readonly hung: boolean
  readonly output: string
}

function vitest(folder: string, words: readonly string[]): Promise<End> {
  return new Promise((resolve, reject) => {
    const program = join('node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [program, ...words], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { pid } = child
    if (pid !== undefined) groups.add(pid)
    let output = ''
    let hung = false
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const timer = setTimeout(() => {
      hung = true
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    }, longestRunMs)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (pid !== undefined) groups.delete(pid)
      resolve({ code, hung, output })
    })
  })
}
