/**
 * Do the tests notice when a rule is broken? Each mutant is the library with one rule changed by
 * hand (`mutants/`); in a copy of the project, the tests must fail for it. Prints what survived and
 * the score of each room; exits 1 if a core room is below 90 % or a mutant no longer applies.
 *
 * `--jobs 2`, `--room cache`, `--only id`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GateError, inTemporaryFolder } from './gate.ts'
import { all, misfits, testFile } from './mutants/all.ts'
import { roomOf } from './mutants/mutant.ts'
import type { Mutant } from './mutants/mutant.ts'
import { makeCopy, runTests, stopAll } from './mutants/vitest-run.ts'
import type { Verdict } from './mutants/vitest-run.ts'

const defaultTests = ['test/rooms', 'test/promises']
const coreRooms = ['cache', 'acquisition', 'request', 'wire', 'bearer']
const leastScore = 0.9

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '2' },
    room: { type: 'string' },
    only: { type: 'string' },
  },
})
const chosen = all.filter(
  (mutant) =>
    (values.room === undefined || roomOf(mutant) === values.room) &&
    (values.only === undefined || mutant.id === values.only),
)

const stopping = new AbortController()
const isStopping = () => stopping.signal.aborted

interface Result {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

/** All tests. On a busy machine a slow one may fail by itself: what fails must fail twice. */
async function tryAll(folder: string): Promise<Verdict> {
  for (let tries = 0; tries < 3; tries += 1) {
    const whole = await runTests(folder, defaultTests)
    if (whole.kind !== 'failed') return whole
    const again = await runTests(folder, [whole.file])
    if (again.kind !== 'passed') return again
  }
  return { kind: 'passed' }
}

async function judge(folder: string, mutant: Mutant): Promise<Result> {
  const path = join(folder, mutant.file)
  const source = await readFile(path, 'utf8')
  await writeFile(
    path,
    source.replace(mutant.find, () => mutant.replace),
  )
  try {
    const first = await runTests(folder, mutant.killers.map(testFile))
    return { mutant, verdict: first.kind === 'passed' ? await tryAll(folder) : first }
  } finally {
    await writeFile(path, source)
  }
}

const isKilled = ({ verdict }: Result) => verdict.kind === 'failed' || verdict.kind === 'hung'

function report(result: Result, position: string): void {
  const { mutant, verdict } = result
  const detail = verdict.kind === 'failed' ? verdict.test : mutant.rule
  const word = isKilled(result) ? 'killed' : verdict.kind === 'broken' ? 'BROKEN' : 'SURVIVED'
  const line = `${position}  ${word.padEnd(8)}  ${mutant.id.padEnd(34)}  ${detail}`
  if (!process.stdout.isTTY) console.log(line)
  else if (isKilled(result)) process.stdout.write(`\r${line.slice(0, 100).padEnd(100)}`)
  else process.stdout.write(`\r${line.padEnd(100)}\n`)
  if (verdict.kind === 'broken') console.log(verdict.said.slice(-2_000))
}

async function judgeAll(folders: readonly string[]): Promise<readonly Result[]> {
  const waiting = [...chosen]
  const results: Result[] = []
  const work = async (folder: string) => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const result = await judge(folder, mutant)
      if (isStopping()) return
      results.push(result)
      report(result, `${String(results.length).padStart(3)}/${chosen.length}`)
    }
  }
  await Promise.all(folders.map(work))
  if (process.stdout.isTTY) process.stdout.write('\r'.padEnd(101) + '\r')
  return results
}

function closingTable(results: readonly Result[]): void {
  console.log('\nroom           killed   score')
  for (const [room, ofRoom] of Map.groupBy(results, ({ mutant }) => roomOf(mutant))) {
    const killed = ofRoom.filter(isKilled).length
    const score = killed / ofRoom.length
    const low = coreRooms.includes(room) && score < leastScore
    if (low) process.exitCode = 1
    const counts = `${String(killed).padStart(3)}/${String(ofRoom.length).padEnd(3)}`
    const percent = `${(score * 100).toFixed(0).padStart(4)} %`
    console.log(`${room.padEnd(13)}  ${counts}  ${percent}${low ? '  below 90 %' : ''}`)
  }
  const left = results.filter((result) => !isKilled(result))
  console.log(`\n${results.length} mutants, ${left.length} survived`)
  for (const { mutant } of left) {
    console.log(`  ${mutant.id} (${mutant.file})\n    ${mutant.rule}`)
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping.abort()
    process.exitCode = 1
    stopAll()
  })
}

await inTemporaryFolder(async (folder) => {
  const jobs = Number(values.jobs)
  if (!Number.isInteger(jobs) || jobs < 1) throw new GateError('--jobs must be 1 or more')
  if (chosen.length === 0) throw new GateError('no mutant has that id or room')
  const wrong = await misfits()
  if (wrong.length > 0) throw new GateError(wrong.join('\n'))
  const started = performance.now()
  const folders = await Promise.all(
    Array.from({ length: Math.min(jobs, chosen.length) }, (_, n) => makeCopy(join(folder, `${n}`))),
  )
  const [first = ''] = folders
  const named = chosen.flatMap(({ killers }) => killers.map(testFile))
  const sound = await runTests(first, [...new Set([...defaultTests, ...named])])
  if (isStopping()) return
  if (sound.kind !== 'passed') {
    const what = sound.kind === 'failed' ? sound.test : 'said' in sound ? sound.said : 'it hangs'
    throw new GateError(`the tests fail without a mutant: ${what}`)
  }
  console.log(`the tests pass without a mutant; ${chosen.length} mutants, ${jobs} at a time`)
  const results = await judgeAll(folders)
  if (isStopping()) return
  closingTable(results)
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`)
})
