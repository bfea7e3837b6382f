/** docs/command-line.md says what the command says: options, variables, exit codes. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { runCommand } from './support/command.ts'

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')
const short = page
  .replaceAll('`…-id`', '`--private-key-id`')
  .replaceAll('`…-algorithm`', '`--private-key-algorithm`')

describe('docs/command-line.md', () => {
  it.each(['token', 'fetch'])('has every option of %s', async (command) => {
    const { stdout } = await runCommand([command, '--help'])
    const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name)
    expect(options.length).toBeGreaterThan(15)
    const missing = options.filter(
      (name) => name !== '--help' && !short.includes(`\`${name ?? ''}`),
    )
    expect(missing).toEqual([])
  })

  it('has a row for every exit code, and none beside them', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    expect(rows).toEqual(Object.values(exitCodes))
  })
})
