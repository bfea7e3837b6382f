/**
 * Modules of Node's own that are loaded on first use, and at once: `node:crypto` alone takes longer to
 * load than this package, and who asks for tokens with a secret never needs it. See
 * docs/decisions/0019-loaded-on-first-use.md.
 */
import type * as crypto from 'node:crypto'
import type * as files from 'node:fs/promises'
import type * as util from 'node:util'

export function nodeCrypto(): typeof crypto {
  return process.getBuiltinModule('node:crypto')
}

export function nodeFiles(): typeof files {
  return process.getBuiltinModule('node:fs/promises')
}

export function nodeUtil(): typeof util {
  return process.getBuiltinModule('node:util')
}
