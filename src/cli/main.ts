#!/usr/bin/env node
/**
 * The file behind the command `m2m-tokens`: runs it on this process and lets the process end by
 * itself, so that what was written arrives. What an old Node could not read is loaded after a look at it.
 */
import { nodeProblem } from './node-version.ts'

const problem = nodeProblem(process.versions.node)
if (problem === undefined) void run()
else {
  process.stderr.write(problem)
  process.exitCode = 2
}

async function run(): Promise<void> {
  const [{ systemClock }, { processIo }, { main }] = await Promise.all([
    import('../clock.ts'),
    import('./io.ts'),
    import('./program.ts'),
  ])
  process.exitCode = await main(process.argv.slice(2), processIo(process, systemClock))
}
