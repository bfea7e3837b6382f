/**
 * `npm run simulate -- --seeds 20000`: that many simulated runs, with live progress. A seed that
 * breaks a promise is printed with a short scenario that breaks the same one, and its trace.
 * `--planted`: plants faults in copies of the source and tells after how many seeds each was found.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TokenManager } from '../src/index.ts'
import { plantedFaults } from '../test/simulation/planted-faults.ts'
import type { PlantedFault } from '../test/simulation/planted-faults.ts'
import { play, shrink } from '../test/simulation/simulate.ts'
import type { MakeManager } from '../test/simulation/run.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '0' },
    planted: { type: 'boolean', default: false },
    fault: { type: 'string' },
  },
})
const seeds = Number(values.seeds)
const from = Number(values.from)
const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${text.padEnd(78)}`)
}

async function simulate(): Promise<boolean> {
  const started = performance.now()
  const total = { calls: 0, tokenRequests: 0, virtualMs: 0 }
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await play(seed, TokenManager)
    total.calls += result.calls
    total.tokenRequests += result.tokenRequests
    total.virtualMs += result.virtualMs
    if (seed % 50 === 0) progress(`seed ${seed} of ${from + seeds}: ${total.calls} calls`)
    if (result.violations.length === 0 && unhandled.length === 0) continue
    const { scenario, result: shortest } = await shrink(seed, TokenManager)
    console.log(`\nseed ${seed} breaks a promise: ${String(result.violations[0] ?? unhandled[0])}`)
    console.log(JSON.stringify(scenario, undefined, 1), `\n${shortest.trace.join('\n')}`)
    return false
  }
  progress('')
  const hours = Math.round(total.virtualMs / 3_600_000).toLocaleString('en')
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(
    `${seeds} seeds held: ${total.calls.toLocaleString('en')} calls, ` +
      `${total.tokenRequests.toLocaleString('en')} token requests, ${hours} simulated hours in ${seconds} s`,
  )
  return true
}

/** A copy of the source inside the project, so that its imports resolve, with one fault in it. */
async function managerWith(fault: PlantedFault, index: number): Promise<MakeManager> {
  const copy = new URL(`../.cache/planted/${index}/`, import.meta.url)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  cpSync(fileURLToPath(new URL('../src', import.meta.url)), fileURLToPath(copy), {
    recursive: true,
  })
  const file = new URL(fault.file, copy)
  const text = readFileSync(file, 'utf8')
  if (text.split(fault.find).length !== 2) throw new Error(`${fault.name}: not found exactly once`)
  writeFileSync(
    file,
    text.replace(fault.find, () => fault.replace),
  )
  const module = (await import(new URL('index.ts', copy).href)) as { TokenManager: MakeManager }
  return module.TokenManager
}

/** Tries one fault, in a process of its own: a fault may hang it, and that tells of it too. */
async function findFault(index: number): Promise<boolean> {
  const fault = plantedFaults[index]
  if (fault === undefined) throw new Error(`no fault ${index}`)
  const Manager = await managerWith(fault, index)
  for (let seed = from; seed < from + seeds; seed += 1) {
    writeSync(1, `${seed - from + 1}\n`)
    const { violations } = await play(seed, Manager)
    const first = violations[0] ?? (unhandled.length > 0 ? 'an unhandled rejection' : undefined)
    if (first === undefined) continue
    writeSync(1, `found ${first}\n`)
    return true
  }
  return false
}

function findPlanted(): boolean {
  let all = true
  console.log(' seeds  fault, and what told of it')
  for (const [index, { name }] of plantedFaults.entries()) {
    const words = ['--fault', String(index), '--seeds', String(seeds), '--from', String(from)]
    const script = fileURLToPath(import.meta.url)
    const child = spawnSync(process.execPath, [script, ...words], { timeout: 60_000 })
    const lines = child.stdout.toString().trim().split('\n')
    const found = lines.at(-1)?.startsWith('found ') === true
    const hangs = child.error !== undefined
    // What is thrown where nobody can catch it ends the process, and tells of the fault as well.
    const ends = child.stderr.toString().includes('\nNode.js v')
    all &&= found || hangs || ends
    const count = lines.filter((line) => /^\d+$/.test(line)).at(-1) ?? '0'
    const otherwise = hangs ? 'the run never ends' : ends ? 'the process ended' : 'NOT FOUND'
    const told = found ? lines.at(-1)?.slice(6) : otherwise
    console.log(`${count.padStart(6)}  ${name}\n        ${String(told)}`)
  }
  return all
}

async function main(): Promise<boolean> {
  if (values.fault !== undefined) return findFault(Number(values.fault))
  return values.planted ? findPlanted() : simulate()
}

process.exitCode = (await main()) ? 0 : 1
