/**
 * What you do once by hand in Okta's console: make the test client, and write the `.env`. It goes
 * to a directory of its own, readable by you alone, and is gone with `remove`.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OktaOrg } from '../support/okta-org.ts'
import { createApp } from './apps-api.ts'

export interface EnvFile {
  readonly path: string
  readonly remove: () => Promise<void>
}

export async function writeEnvFile(org: OktaOrg): Promise<EnvFile> {
  const client = await createApp({ ORG_URL: org.url, TOKEN: org.apiToken }, 'Test Client')
  const example = await readFile(new URL('.env.example', import.meta.url), 'utf8')
  const text = example
    .replaceAll('https://{yourOktaDomain}', org.url)
    .replace('{clientId}', client.client_id)
    .replace('{clientSecret}', client.client_secret)
    .replace('{apiToken}', org.apiToken)
  const directory = await mkdtemp(join(tmpdir(), 'm2m-tokens-okta-'))
  const path = join(directory, '.env')
  await writeFile(path, text, { mode: 0o600 })
  return { path, remove: () => rm(directory, { recursive: true }) }
}
