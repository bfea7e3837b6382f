/** What the doctor refuses before it sends anything: URLs, and settings with which no program starts. */
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { runCommand } from './support/command.ts'
import { diagnose } from './support/diagnose.ts'
import { asTaskService, secret } from './support/doctor-case.ts'

const who = ['--issuer', 'https://auth.invalid', '--client-id', 'a']
const env = { M2M_CLIENT_SECRET: secret }
const sendsNothing: typeof globalThis.fetch = () => {
  throw new Error('something was sent')
}

async function refused(argv: readonly string[], variables: Record<string, string> = {}) {
  const setting = { env: { ...env, ...variables }, fetch: sendsNothing }
  const { code, stdout, stderr } = await runCommand(['doctor', ...argv], setting)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^m2m-tokens: /)
  return stderr
}

describe('a doctor who is called wrongly', () => {
  it.each([
    ['an issuer that is no URL', ['--issuer', 'auth.example.com', '--client-id', 'a']],
    ['nobody to ask as', ['--issuer', 'https://auth.invalid']],
  ])('sends nothing and exits 2: %s', async (_name, argv) => {
    await refused(argv)
  })

  it.each([
    ['/x', 'absolute URL'],
    ['http://calendar.example/', 'is http; use https'],
    ['http://192.0.2.1/events', '--allow-insecure-http'],
    ['data:text/plain,hello', 'scheme data:'],
    ['javascript:alert(1)', 'scheme javascript:'],
    ['file:///etc/passwd', 'scheme file:'],
    ['https://user:fake-word@calendar.example/', 'credentials'],
  ])('shows no token to %s, and says why, also with --dry-run', async (url, words) => {
    for (const more of [[], ['--dry-run']]) {
      const said = await refused([...who, '--url', url, ...more])
      expect(said).toContain('--url ')
      expect(said).toContain(words)
      expect(said).not.toContain('fake-word')
    }
  })

  it('calls another machine by http where that is allowed, by option or by variable', async () => {
    const argv = ['doctor', ...who, '--url', 'http://192.0.2.1/events', '--dry-run']
    const typed = await runCommand([...argv, '--allow-insecure-http'], { env })
    expect(typed.stdout).toContain('http://192.0.2.1/events')
    const set = await runCommand(argv, { env: { ...env, M2M_ALLOW_INSECURE_HTTP: 'TRUE ' } })
    expect(set.code).toBe(0)
  })
})

describe('settings with which no program starts', () => {
  it.each([
    ['a misspelt field', '{"https://a.example":{"audiance":"event"}}', "mean 'audience'"],
    ['plain http', '{"http://a.example":{"audience":"event"}}', 'M2M_ALLOW_INSECURE_HTTP=true'],
    ['an overlap', '{"https://a.example":{},"https://a.example/x":{}}', 'overlaps'],
  ])('are refused by the name of the variable: %s', async (_name, resources, words) => {
    for (const more of [[], ['--dry-run'], ['--url', 'https://b.example/']]) {
      const said = await refused([...who, ...more], { M2M_RESOURCES: resources })
      expect(said).toContain('M2M_RESOURCES cannot be used: ')
      expect(said).toContain(words)
    }
  })

  it('are told as JSON with --json', async () => {
    const resources = '{"http://a.example":{"audience":"event"}}'
    const setting = { env: { ...env, M2M_RESOURCES: resources }, fetch: sendsNothing }
    const { stderr } = await runCommand(['doctor', ...who, '--json'], setting)
    const { error } = JSON.parse(stderr) as { error: Record<string, string> }
    expect(error).toMatchObject({ code: 'configuration_invalid', field: 'M2M_RESOURCES' })
    expect(error['message']).toContain('--allow-insecure-http')
  })
})

describe('the token that goes to --url', () => {
  it('is not one whose audience is another place, unless that was typed', async () => {
    const server = await startAuthorizationServer()
    const calendar = await startResourceServer()
    const setting = { env: { ...env, M2M_AUDIENCE: 'https://files.example/api' } }
    const argv = ['doctor', '--issuer', server.issuer, '--client-id', 'a', '--url', calendar.origin]
    const { code, stderr } = await runCommand(argv, setting)
    expect(code).toBe(2)
    expect(stderr).toContain('M2M_AUDIENCE is a URL of https://files.example')
    expect(calendar.requests).toEqual([])
    expect(server.requests).toEqual([])
    await runCommand([...argv, '--audience', 'https://files.example/api'], setting)
    expect(calendar.requests).toHaveLength(1)
  })

  it('is that of the entry of M2M_RESOURCES, with what was typed in its place', async () => {
    const server = await startAuthorizationServer()
    const calendar = await startResourceServer()
    const resources = { [calendar.origin]: { audience: 'event', scopes: ['event.view'] } }
    const listed = { env: { ...env, M2M_RESOURCES: JSON.stringify(resources) } }
    const argv = ['--url', calendar.origin, '--scope', 'event.create']
    await diagnose(asTaskService(server.issuer, argv, listed))
    expect(server.form(0).get('audience')).toBe('event')
    expect(server.form(0).get('scope')).toBe('event.create')
  })
})
