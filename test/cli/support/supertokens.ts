/** Starts the real supertokens-node beside the tests of a file. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface SuperTokens {
  readonly apiDomain: string
  readonly clientId: string
  readonly clientSecret: string
  readonly stop: () => Promise<unknown>
}

const resolveSource = new URL('../../support/resolve-source.mjs', import.meta.url).href
const program = fileURLToPath(new URL('supertokens-process.ts', import.meta.url))

export async function startSuperTokens(): Promise<SuperTokens> {
  const child = spawn(process.execPath, ['--import', resolveSource, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve()
    })
  })
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line) as Omit<SuperTokens, 'stop'>
    const stop = () => {
      child.stdin.end()
      return ended
    }
    return { ...told, stop }
  }
  throw new Error('supertokens-node did not start')
}
