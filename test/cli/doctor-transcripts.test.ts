/**
 * docs/doctor.md shows what the doctor says in each case; here each case is made to happen, with real
 * servers wherever one does such a thing, and the page is compared to the letter. Ports, times and ids
 * have fixed values there. `UPDATE_TRANSCRIPTS=1` writes the page anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingCodes } from '../../src/cli/doctor/finding.ts'
import { casesOfTheToken } from './support/cases-of-the-token.ts'
import { casesOfTheWay } from './support/cases-of-the-way.ts'
import { runCommand } from './support/command.ts'
import type { Ended } from './support/command.ts'
import { secret } from './support/doctor-case.ts'
import type { Prepared } from './support/doctor-case.ts'
import { startSuperTokens } from './support/supertokens.ts'
import type { SuperTokens } from './support/supertokens.ts'

const page = new URL('../../docs/doctor.md', import.meta.url)
const cases = [...casesOfTheWay, ...casesOfTheToken]

let supertokens: SuperTokens | undefined
beforeAll(async () => {
  supertokens = await startSuperTokens()
})
afterAll(() => supertokens?.stop())

async function prepared(title: string): Promise<Prepared> {
  const found = cases.find((one) => one.title === title)
  if (found === undefined || supertokens === undefined) throw new Error(`no case ${title}`)
  return found.prepare({ supertokens })
}

/** The transcript below this heading, as the page has it. */
function shownFor(title: string): string | undefined {
  const text = readFileSync(page, 'utf8')
  const at = text.indexOf(`### ${title}\n`)
  return at < 0 ? undefined : /```text\n(.*?)```/s.exec(text.slice(at))?.[1]
}

function rewrite(title: string, transcript: string): void {
  const text = readFileSync(page, 'utf8')
  const at = text.indexOf(`### ${title}\n`)
  const from = text.indexOf('```text\n', at) + '```text\n'.length
  writeFileSync(page, text.slice(0, from) + transcript + text.slice(text.indexOf('```', from)))
}

function transcriptOf({ argv, origins = [] }: Prepared, { code, stdout }: Ended): string {
  const words = argv.map((word) => (/[{ ]/.test(word) ? `'${word}'` : word)).join(' ')
  const said = folded(normal(unfolded(stdout), origins))
  const typed = folded(normal(`$ m2m-tokens doctor ${words}`, origins), 4, ' \\')
  return `${typed}\n${said}exit code ${code}\n`
}

/** What differs from run to run. */
function normal(text: string, origins: readonly string[]): string {
  const ports = origins.map((origin) => new URL(origin).port).filter((port) => port !== '')
  return ports
    .reduce((clean, port, index) => clean.replaceAll(`:${port}`, `:400${index}`), text)
    .replace(instant, fixedInstant(text))
    .replace(/kid key-\d+/g, 'kid key-1')
    .replace(/kid s-[\w-]+/g, 'kid s-1')
    .replace(/stcl_[\w-]+/g, 'stcl_task-service')
    .replace('EAI_AGAIN', 'ENOTFOUND')
}

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g

/** Instants of today, moved so that the first of them is always the same; a certificate's are not. */
function fixedInstant(text: string): (at: string) => string {
  const isToday = (at: string) => Math.abs(Date.parse(at) - Date.now()) < 86_400_000
  const first = Date.parse([...text.matchAll(instant)].find(([at]) => isToday(at))?.[0] ?? '')
  const start = Date.UTC(2026, 10, 22, 3)
  const moved = (at: string) => new Date(start + Date.parse(at) - first)
  return (at) => (isToday(at) ? moved(at).toISOString().replace('.000Z', 'Z') : at)
}

const indent = ' '.repeat(9)

/** What is as long as a port or an id must not decide where lines end. */
function unfolded(text: string): string {
  return text.replaceAll(new RegExp(`\n${indent}(?!What to do: )`, 'g'), ' ')
}

function folded(text: string, by = indent.length, end = ''): string {
  const fold = (line: string) => {
    const [start = ''] = /^ */.exec(line) ?? []
    const lines: string[] = []
    let now = start
    for (const word of line.slice(start.length).split(' ')) {
      const next = now.trim() === '' ? now + word : `${now} ${word}`
      if (next.length <= 96 || now.trim() === '') now = next
      else {
        lines.push(now + end)
        now = `${' '.repeat(by)}${word}`
      }
    }
    return [...lines, now].join('\n')
  }
  return text.split('\n').map(fold).join('\n')
}

describe('docs/doctor.md', () => {
  it.each(cases.map(({ title, found }) => [title, found] as const))(
    'shows what is said: %s',
    async (title, found) => {
      const world = await prepared(title)
      const ended = await runCommand(['doctor', ...world.argv], world)
      const levels = [...ended.stdout.matchAll(/^(ok|warning|problem) +(\w+): /gm)]
      expect(levels.filter(([, level]) => level !== 'ok').map(([, , code]) => code)).toEqual(found)
      expect(ended.code).toBe(levels.some(([, level]) => level === 'problem') ? 1 : 0)
      const all = ended.stdout + ended.stderr
      for (const hidden of [secret, ...(world.secrets ?? [])]) expect(all).not.toContain(hidden)
      expect(all).not.toMatch(/eyJ|Bearer [\w.-]{20}|Basic [\w+/]{8}/)

      const transcript = transcriptOf(world, ended)
      if (process.env['UPDATE_TRANSCRIPTS'] === '1') rewrite(title, transcript)
      expect(shownFor(title)).toBe(transcript)
    },
  )

  it('has a row for every code', () => {
    const rows = [...readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` +\| [\w, ]+\| \S/gm)]
    expect(rows.map(([, code]) => code)).toEqual([...findingCodes])
  })

  it('shows every case, and none that is not tried here', () => {
    const headings = [...readFileSync(page, 'utf8').matchAll(/^### (.+)$/gm)].map(([, one]) => one)
    expect(headings).toEqual(cases.map(({ title }) => title))
  })
})
