/** Reads what `npm pack` wrote (a gzipped POSIX tar), so that a check can look at every byte of it. */
import { gunzipSync } from 'node:zlib'

export interface PackedFile {
  /** As the package's users see it: without npm's leading `package/`. */
  readonly path: string
  readonly content: Buffer
}

const block = 512

/** The plain files in the tarball, in its order. */
export function readTarball(gzipped: Buffer): readonly PackedFile[] {
  const tar = gunzipSync(gzipped)
  const files: PackedFile[] = []
  for (let at = 0; at + block <= tar.length && tar[at] !== 0;) {
    const field = (start: number, length: number) =>
      tar.toString('utf8', at + start, at + start + length).replace(/\0[^]*$/, '')
    const size = Number.parseInt(field(124, 12), 8)
    const type = field(156, 1)
    const path = [field(345, 155), field(0, 100)].filter((part) => part !== '').join('/')
    const content = tar.subarray(at + block, at + block + size)
    if (type === '0' || type === '') files.push({ path: path.replace(/^package\//, ''), content })
    at += block + Math.ceil(size / block) * block
  }
  return files
}
