/** What a package brings along when it is installed: itself, and everything it depends on. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Installed {
  readonly packages: number
  readonly bytes: number
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** All that `names` need, found from `folder` as Node finds it. */
export function installed(folder: string, names: readonly string[]): Installed {
  const found = new Set<string>()
  for (const name of names) follow(folder, name, found)
  return { packages: found.size, bytes: [...found].reduce((sum, path) => sum + bytesIn(path), 0) }
}

/** The dependencies that a manifest names. */
export function dependenciesOf(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  return Object.keys(manifest.dependencies ?? {})
}

function follow(from: string, name: string, found: Set<string>): void {
  const path = locate(from, name)
  if (path === undefined || found.has(path)) return
  found.add(path)
  for (const dependency of dependenciesOf(path)) follow(path, dependency, found)
}

function locate(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) return undefined
  }
}

/** Nested packages are counted for themselves. */
function bytesIn(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += bytesIn(path)
    else if (entry.isFile()) bytes += statSync(path).size
  }
  return bytes
}
