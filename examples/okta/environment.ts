/**
 * The configuration, from a file like `.env`, by the names of Okta's tutorials. A missing one is
 * named at once, instead of being `undefined` in a request later.
 */
import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

const names = [
  'ISSUER',
  'DEFAULT_SCOPE',
  'TEST_CLIENT_ID',
  'TEST_CLIENT_SECRET',
  'ORG_URL',
  'TOKEN',
] as const

export type Environment = Readonly<Record<(typeof names)[number], string>>

export async function readEnvironment(file: URL | string): Promise<Environment> {
  const values = parseEnv(await readFile(file, 'utf8'))
  const entries = names.map((name) => {
    const value = values[name]
    if (value === undefined || value === '')
      throw new Error(`${name} is missing in ${String(file)}`)
    return [name, value]
  })
  return Object.fromEntries(entries) as Environment
}
