/** The command line itself: help, version, mistakes in typing. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { environmentVariables } from '../../src/environment/variables.ts'
import { runCommand } from './support/command.ts'

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

describe('m2m-tokens', () => {
  it.each([['--version'], ['-V']])('prints its version on stdout: %s', async (word) => {
    const printed = { code: 0, stdout: `${manifest.version}\n`, stderr: '' }
    expect(await runCommand([word])).toMatchObject(printed)
  })

  it.each([
    [['--help'], /Commands:[^]+token[^]+fetch[^]+doctor[^]+Examples:[^]+Exit codes: 0/],
    [['help'], /Commands:/],
    [['token', '--help'], /--header[^]+--json[^]+Examples:[^]+TOKEN=\$\(m2m-tokens token/],
    [['help', 'token'], /Usage: m2m-tokens token/],
    [['fetch', '-h'], /--request[^]+--data[^]+--fail[^]+Examples:[^]+-o report.pdf/],
    [['doctor', '--help'], /--url[^]+--dry-run[^]+--json[^]+Examples:[^]+Exit codes:/],
  ] as const)('prints help with examples on stdout: %s', async (argv, expected) => {
    const { code, stdout, stderr } = await runCommand(argv)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(expected)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110)
  })

  it('has an option, or another way, for every variable of the environment, and none for a secret', async () => {
    const { stdout } = await runCommand(['token', '--help'])
    const mapped = ['M2M_RESOURCES']
    for (const { name } of environmentVariables) {
      if (!mapped.includes(name)) expect(stdout).toContain(name)
    }
    expect(stdout).not.toMatch(/--client-secret\s/)
  })

  it('prints its help on stderr where nothing is asked for, and exits 2', async () => {
    const { code, stdout, stderr } = await runCommand([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage: m2m-tokens')
  })
})

describe('a slip of the pen', () => {
  it.each([['token'], ['doctor']])(
    'is told as JSON where that is asked for: %s',
    async (command) => {
      const { code, stdout, stderr } = await runCommand([command, '--json', '--bogus=fake-secret'])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      const message = "unknown option '--bogus'"
      expect(JSON.parse(stderr)).toEqual({ error: { name: 'UsageError', message } })
    },
  )

  it.each([['issuer'], ['client-id'], ['audience'], ['scope'], ['client-secret-file']])(
    'is an option that is given nothing, as an unset variable of a shell gives: --%s',
    async (option) => {
      const env = { M2M_ISSUER: 'https://auth.invalid', M2M_CLIENT_ID: 'a' }
      for (const command of [['token'], ['doctor'], ['fetch', 'https://a.example']]) {
        const { code, stderr } = await runCommand([...command, `--${option}`, ' '], { env })
        expect(code).toBe(2)
        expect(stderr).toContain(`--${option} is empty`)
      }
    },
  )

  it.each([
    [['tokn'], 'Did you mean token?'],
    [['token', '--audiance', 'x'], 'Did you mean --audience?'],
    [['doctor', '--dryrun'], 'Did you mean --dry-run?'],
    [['fetch', 'https://a.example', '--fial'], 'Did you mean --fail?'],
  ])('is answered with the nearest name, and exit code 2: %s', async (argv, hint) => {
    const { code, stdout, stderr } = await runCommand(argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(hint)
  })

  it.each([
    [['token', '--client-secrte=fake-typed-secret']],
    [['token', "--client-secrte=fake-typed-secret's\nend fake-typed-secret"]],
    [['token', '-sfake-typed-secret']],
    [['token', 'fake-typed-secret']],
    [['fake typed-secret']],
    [['fake-typed-secret']],
    [['fetch', 'https://a.example', 'fake-typed-secret']],
  ])('is not repeated where it may hold a secret: %s', async (argv) => {
    const { code, stdout, stderr } = await runCommand(argv)
    expect(code).toBe(2)
    expect(stderr).not.toBe('')
    expect(stdout + stderr).not.toContain('typed-secret')
  })
})
