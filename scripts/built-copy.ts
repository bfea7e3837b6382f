/**
 * A build of the package in a folder of its own, as it would be published: what measures it must
 * neither rely on what `dist/` happens to hold nor change it.
 */
import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './gate.ts'

const needed = [
  'src',
  'package.json',
  'tsup.config.ts',
  'scripts/merge-chunks.ts',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
]

/** Copies what a build needs into `folder`, which is emptied, and resolves to the build's command. */
export async function prepareCopy(folder: string): Promise<readonly [string, ...string[]]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await Promise.all(
    needed.map((name) => cp(join(root, name), join(folder, name), { recursive: true })),
  )
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return [join(root, 'node_modules', '.bin', 'tsup'), '--silent']
}
