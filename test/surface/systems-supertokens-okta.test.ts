/** Two of the systems in `examples/` run as a user would run them, end well, and keep their promises. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = new URL('../../examples/', import.meta.url)
const resolveSource = new URL('../support/resolve-source.mjs', import.meta.url).href

/** The steps without which the system would not show what it is there for. */
const promised: Readonly<Record<string, readonly RegExp[]>> = {
  supertokens: [
    /^ *\d+\. {2}POST \/events at Calendar +201$/m,
    /^ *\d+\. {2}tokens asked for: one for each audience +2$/m,
    /^ *\d+\. {2}getToken\('event', \['event\.create'\]\) +aud event, scp event\.create, stt 1, kid s-…$/m,
    /^ *\d+\. {2}a token for File, taken to Calendar by hand +401 invalid_token$/m,
    /^ *\d+\. {2}POST \/events with event\.view alone +403 insufficient_scope$/m,
    /^ *\d+\. {2}our fetch, to an origin that is not listed +origin_not_listed$/m,
    /^ *\d+\. {2}requests that arrived there +0$/m,
    /^ *\d+\. {2}a token asked for with a wrong secret +401 invalid_client$/m,
    /^ *\d+\. {2}refused on the way, and renewed +1$/m,
    /^ *\d+\. {2}GET \/me by the Task service \(stt 1\) +a machine$/m,
    /^ *\d+\. {2}GET \/me by a person \(session, stt 0\) +alice$/m,
  ],
  okta: [
    /^ *\d+\. {2}GET \/ without a token +401 with \{ error \}$/m,
    /^ *\d+\. {2}GET \/ by our fetch +200 Hello World!$/m,
    /^ *\d+\. {2}the token +ver 1, aud api:\/\/hello-world, scp such_scope$/m,
    /^ *\d+\. {2}taken by hand to an API of another audience +401 with \{ error \} about audience$/m,
    /^ *\d+\. {2}a token with another scope, by hand +401 with \{ error \} about scp$/m,
    /^ *\d+\. {2}an unknown client: what Okta calls it +invalid_client$/m,
    /^ *\d+\. {2}POST \/register\/:label +0oa$/m,
    /^ *\d+\. {2}GET \/ by that client, at once +200 Hello World!$/m,
    /^ *\d+\. {2}refused on the way, and renewed +1$/m,
    /^ *\d+\. {2}GET \/tutorial without a token +200 with \{ error \}$/m,
    /^ *\d+\. {2}by our fetch over honestFetch +200 Hello World!$/m,
  ],
}

async function run(name: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const path = fileURLToPath(new URL(`${name}/run.ts`, examples))
  // Rejects, with what was printed, where a step ends otherwise than expected.
  return promisify(execFile)(process.execPath, ['--import', resolveSource, path], {
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    timeout: 20_000,
  })
}

describe.concurrent.each(Object.entries(promised))('examples/%s/', (name, lines) => {
  it('plays its transcript to the end, without a token in it', { timeout: 30_000 }, async () => {
    const { stdout, stderr } = await run(name)
    for (const line of lines) expect(stdout).toMatch(line)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(100)
    expect(stdout).not.toMatch(/eyJ|Bearer [\w-]{20}|Basic [\w+/]{20}/)
    expect(stderr).toBe('')
    // The README shows what is printed, to the letter.
    expect(readmeOf(name)).toContain(`\`\`\`text\n${stdout.trimEnd()}\n\`\`\`\n`)
  })

  it('has a README of one screen', () => {
    const readme = readmeOf(name)
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
    // The package's own Node: an older one does not run TypeScript.
    const command = `npx node examples/${name}/run.ts`
    expect(readme).toContain(command)
    expect(readFileSync(new URL(`${name}/run.ts`, examples), 'utf8')).toContain(command)
  })
})

function readmeOf(name: string): string {
  return readFileSync(new URL(`${name}/README.md`, examples), 'utf8')
}
