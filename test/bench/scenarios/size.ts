/**
 * What users carry: bundled and minified code, with and without dependencies, apart what an import
 * loads and what it may load later; and what is installed.
 */
import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { weigh } from '../bundle.ts'
import { builtFolder, codeOf, entries } from '../entry-code.ts'
import { dependenciesOf, installed } from '../installed.ts'
import type { Installed } from '../installed.ts'
import type { Figure, Row } from '../results.ts'
import type { Stage } from '../stage.ts'

const here = fileURLToPath(new URL('../', import.meta.url))

interface Packed {
  readonly size: number
  readonly unpackedSize: number
  readonly entryCount: number
}

export async function size(stage: Stage): Promise<void> {
  const tarball = await packed()
  for (const { contestant } of stage.entrants) {
    const code = codeOf(contestant)
    const row = { scenario: 'size', case: 'bundled', contestant: contestant.name }
    if (code === undefined) {
      stage.add({ ...row, cannot: contestant.cannot?.code ?? 'no package' })
      continue
    }
    stage.tell(contestant.name)
    const { packages, own = packages } = contestant
    const ours = contestant.name === 'm2m-tokens'
    const brought = ours ? oursInstalled(tarball) : installed(here, packages)
    const figures = await weights(code, own)
    stage.add({ ...row, figures: { ...figures, ...inKb(brought) } })
  }
  for (const { name, file } of entries()) {
    stage.tell(name)
    const figures = await weights(`export * from ${JSON.stringify(file)}`, [])
    stage.add({ scenario: 'size', case: 'entries', contestant: name, figures })
  }
  const { size: bytes, unpackedSize, entryCount } = tarball
  const figures = { tarballKb: bytes / 1000, unpackedKb: unpackedSize / 1000, files: entryCount }
  stage.add({ scenario: 'size', case: 'tarball', contestant: 'm2m-tokens', figures } satisfies Row)
}

async function weights(
  code: string,
  own: readonly string[],
): Promise<Readonly<Record<string, Figure>>> {
  const alone = await weigh({ code, folder: here, own })
  const all = await weigh({ code, folder: here })
  return {
    ownMinifiedKb: alone.loaded.minified / 1000,
    ownGzipKb: alone.loaded.gzip / 1000,
    ownLaterMinifiedKb: alone.later.minified / 1000,
    ownLaterGzipKb: alone.later.gzip / 1000,
    allMinifiedKb: all.loaded.minified / 1000,
    allGzipKb: all.loaded.gzip / 1000,
    allLaterGzipKb: all.later.gzip / 1000,
  }
}

function inKb({ packages, bytes }: Installed) {
  return { installedPackages: packages, installedKb: bytes / 1000 }
}

function oursInstalled({ unpackedSize }: Packed): Installed {
  const folder = dirname(builtFolder())
  const others = installed(folder, dependenciesOf(folder))
  return { packages: others.packages + 1, bytes: others.bytes + unpackedSize }
}

async function packed(): Promise<Packed> {
  const cwd = dirname(builtFolder())
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], { cwd })
  // npm 12 answers with an object by name, its predecessors with a list.
  const [answer] = Object.values(JSON.parse(stdout) as Readonly<Record<string, Packed>>)
  if (answer === undefined) throw new Error('npm pack said nothing')
  return answer
}
