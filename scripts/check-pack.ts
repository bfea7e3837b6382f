/**
 * Is what would be published in order? Packs the built project and looks at the tarball alone: what
 * is in it, what publint says, and whether every entry's types resolve as its code does. Builds
 * nothing; `npm run check:pack` does.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { exportDifferences } from './export-parity.ts'
import type { Exports } from './export-parity.ts'
import { gate, GateError, inTemporaryFolder, pack, root, run } from './gate.ts'
import { readTarball } from './tarball.ts'
import type { PackedFile } from './tarball.ts'

const always = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']

await inTemporaryFolder(async (folder) => {
  let tarball = ''
  let files: readonly PackedFile[] = []
  await gate('npm pack', async () => {
    tarball = await pack(folder)
    const packed = await readFile(tarball)
    files = readTarball(packed)
    const unpacked = files.reduce((sum, file) => sum + file.content.length, 0)
    return `${files.length} files, ${kib(packed.length)} packed, ${kib(unpacked)} unpacked`
  })
  await gate('only what users need', () => Promise.resolve(checkContents(files)))
  await gate('source maps are relative', () => Promise.resolve(checkSourceMaps(files)))
  await gate('types promise what code has', async () => {
    const { exports } = JSON.parse(manifestIn(files)) as { exports: Exports }
    const differences = await exportDifferences(root, exports)
    if (differences.length > 0) throw new GateError(differences.join('\n'))
    return ''
  })
  await gate('publint --strict', async () => {
    await run(root, bin('publint'), '--strict', tarball)
    return ''
  })
  await gate('attw --profile node16', async () => {
    await run(root, bin('attw'), '--profile', 'node16', '--no-color', tarball)
    return ''
  })
  console.log(`\n${sizes(files)}`)
})

function bin(name: string): string {
  return join(root, 'node_modules', '.bin', name)
}

function checkContents(files: readonly PackedFile[]): string {
  const paths = new Set(files.map((file) => file.path))
  const unwanted = [...paths].filter((path) => !path.startsWith('dist/') && !always.includes(path))
  const missing = [...always, ...exportedPaths(files)].filter((path) => !paths.has(path))
  if (unwanted.length + missing.length === 0) return `dist/, ${always.join(', ')}`
  throw new GateError(`unwanted: ${unwanted.join(', ')}\nmissing: ${missing.join(', ')}`)
}

function manifestIn(files: readonly PackedFile[]): string {
  return files.find((file) => file.path === 'package.json')?.content.toString() ?? '{}'
}

/** Every file that package.json points at. */
function exportedPaths(files: readonly PackedFile[]): readonly string[] {
  const targets = new Set<string>()
  JSON.parse(manifestIn(files), (_, value: unknown) => {
    if (typeof value === 'string' && value.startsWith('./')) targets.add(value.slice(2))
    return value
  })
  return [...targets]
}

/** A map that names a folder of the machine it was built on is of no use on another. */
function checkSourceMaps(files: readonly PackedFile[]): string {
  const maps = files.filter((file) => file.path.endsWith('.map'))
  const absolute = maps.filter((file) => {
    const { sources } = JSON.parse(file.content.toString()) as { sources: readonly string[] }
    return sources.some((source) => !source.startsWith('.'))
  })
  if (absolute.length === 0) return `${maps.length} maps`
  throw new GateError(`paths of this machine in ${absolute.map((file) => file.path).join(', ')}`)
}

/** What each file of code weighs: as it is, and compressed. */
function sizes(files: readonly PackedFile[]): string {
  const code = files.filter((file) => /\.(js|cjs|d\.ts|d\.cts)$/.test(file.path))
  const rows = code.map(({ path, content }) => {
    const gzipped = gzipSync(content).length
    return `${path.padEnd(40)} ${kib(content.length).padStart(10)} ${kib(gzipped).padStart(10)} gzip`
  })
  return rows.join('\n')
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
