/**
 * A client generated from the File service's OpenAPI document by `@hey-api/openapi-ts`, into a
 * folder of its own that is gone when the process ends. In a project the generated files are there
 * before anything runs, and are imported as they are.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@hey-api/openapi-ts'
import { filesDocument } from './files-api.ts'
import type { Files, NewFile } from './files-api.ts'

export interface Answer {
  readonly data?: Files
  readonly error?: unknown
  /** Missing where nothing was answered. */
  readonly response?: Response
}

/** What the recipe uses of the generated code, whose types only exist once it does. */
export interface GeneratedClient {
  readonly client: {
    setConfig(config: { readonly baseUrl: string; readonly fetch: typeof fetch }): void
  }
  readonly listFiles: (options?: { readonly baseUrl: string }) => Promise<Answer>
  readonly addFile: (options: { readonly body: NewFile }) => Promise<Answer>
}

export async function generateClient(): Promise<GeneratedClient> {
  const folder = mkdtempSync(join(tmpdir(), 'files-client-'))
  process.once('exit', () => {
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  await createClient({
    input: structuredClone(filesDocument),
    output: { path: join(folder, 'client'), module: { extension: '.ts' } },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent', file: false },
  })
  const load = (path: string): Promise<unknown> =>
    import(pathToFileURL(join(folder, 'client', path)).href)
  const generated = Object.assign({}, await load('client.gen.ts'), await load('sdk.gen.ts'))
  for (const name of ['client', 'listFiles', 'addFile']) {
    if (!(name in generated)) throw new Error(`the generated client has no ${name}`)
  }
  return generated as GeneratedClient
}
