/**
 * What the checks of the package share: they run programs, keep quiet about those that succeed, and
 * show everything that one which fails had to say. One line per gate.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A gate that did not open, with what there is to read about it. */
export class GateError extends Error {
  override readonly name = 'GateError'
}

/** Runs a program in `cwd` and resolves to its standard output; rejects with all of its output. */
export function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let standard = ''
    let all = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      standard += text
      all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(standard)
      else reject(new GateError(`${command} ended with ${code ?? signal ?? 'nothing'}\n${all}`))
    })
  })
}

/** One gate: its line says what `check` resolved to, and how long that took. */
export async function gate(name: string, check: () => Promise<string>): Promise<void> {
  const start = performance.now()
  const line = (mark: string, detail: string) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${mark} ${name.padEnd(40)} ${seconds.padStart(5)} s  ${detail}`.trimEnd())
  }
  try {
    line('ok  ', await check())
  } catch (error) {
    line('FAIL', '')
    throw error
  }
}

/** Runs `work` in a folder of its own that is gone afterwards; a failure sets the exit code. */
export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'm2m-tokens-'))
  try {
    await work(folder)
  } catch (error) {
    process.exitCode = 1
    console.error(error instanceof GateError ? `\n${error.message}` : error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Packs the project as it would be published and resolves to the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  await run(root, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new GateError('npm pack wrote no tarball')
  return join(folder, tarball)
}
