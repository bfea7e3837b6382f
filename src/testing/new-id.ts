/** Texts that nobody else makes, in this process or another: for tokens, keys and fake secrets. */
import { randomBytes } from 'node:crypto'

export function newId(): string {
  return randomBytes(9).toString('base64url')
}
