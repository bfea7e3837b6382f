/**
 * `npm test`: formatting, lint and types beside the tests, so that two cores are busy to the end. What
 * the checks say comes when they have ended; the last line is the tests' own. All must hold.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, run } from './gate.ts'

const bin = (name: string) => join(root, 'node_modules', '.bin', name)

/** One after the other: they would only wait for each other's core. */
async function checks(): Promise<string[]> {
  const failed: string[] = []
  for (const [name, ...command] of [
    ['prettier', bin('prettier'), '--check', '--log-level', 'warn', '.'],
    ['types', 'npm', 'run', '--silent', 'typecheck'],
    ['eslint', bin('eslint'), '.'],
  ] as const) {
    const start = performance.now()
    const [program, ...words] = command
    try {
      await run(root, program, ...words)
      console.log(`ok    ${name}, ${((performance.now() - start) / 1000).toFixed(0)} s`)
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error))
    }
  }
  return failed
}

function tests(): Promise<number> {
  return new Promise((resolve, reject) => {
    const words = ['run', ...process.argv.slice(2)]
    const child = spawn(bin('vitest'), words, { cwd: root, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}

/**
 * The shared store is tested with a real Redis. Where it is missing and we may, it is installed, as
 * `.ci/run` does; elsewhere those tests fail, and say what to install.
 */
function provideRedis(): void {
  const isThere = (program: string) => spawnSync(program, ['--version']).status === 0
  if (isThere('redis-server') || isThere('valkey-server')) return
  if (process.getuid?.() !== 0 || !isThere('apt-get')) return
  console.log('redis-server is not here, and the tests of the shared store need it: installing it')
  spawnSync('apt-get', ['update', '-q'])
  spawnSync('apt-get', ['install', '-yq', '--no-install-recommends', 'redis-server'])
}

provideRedis()

/** Held back until the checks have ended, so that the counts are the last thing that is read. */
const checked = checks()
const code = await tests()
const failed = await checked
for (const message of failed) console.error(`\n${message}`)
if (failed.length > 0) console.error(`\n${failed.length} of 3 checks failed; see above`)
process.exitCode = failed.length > 0 ? 1 : code
