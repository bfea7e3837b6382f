/** How findings are printed: for a person at a terminal, or as JSON. Pure. */
import { endpointName } from '../../wire/token-endpoint.ts'
import type { Diagnosis } from './examine.ts'
import type { Finding, FindingLevel } from './finding.ts'
import type { PlannedRequest } from './plan.ts'
import type { Probe } from './probe.ts'

const width = 96
const indent = ' '.repeat(9)
const colours: Readonly<Record<FindingLevel, number>> = { ok: 32, warning: 33, problem: 31 }

export function reportText(findings: readonly Finding[], coloured: boolean): string {
  const blocks = findings.map((finding) => blockOf(finding, coloured))
  return `${blocks.join('')}\n${summary(findings)}\n`
}

function blockOf({ level, code, explanation, remedy }: Finding, coloured: boolean): string {
  const word = level.padEnd(9)
  const shown = coloured ? `\u001b[${colours[level]}m${word}\u001b[0m` : word
  const lines = wrapped(`${code}: ${explanation}`)
  const advice = remedy === undefined ? [] : wrapped(`What to do: ${remedy}`)
  return `${shown}${[...lines, ...advice].join(`\n${indent}`)}\n`
}

function summary(findings: readonly Finding[]): string {
  const problems = findings.filter(({ level }) => level === 'problem')
  const warnings = findings.filter(({ level }) => level === 'warning')
  const [first] = problems
  const also = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`
  if (first === undefined) return `No problem${also}.`
  const begin =
    problems.length > 1 ? ` Begin with ${first.code}: the others may follow from it.` : ''
  return `${counted(problems.length, 'problem')}${also}.${begin}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width - indent.length) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

export function reportJson(
  { findings, claims }: Diagnosis,
  { exchanges, secrets }: Pick<Probe, 'exchanges' | 'secrets'>,
): string {
  const count = (wanted: FindingLevel) => findings.filter(({ level }) => level === wanted).length
  const requests = exchanges.map(({ method, url, purpose, answer, failure }) => ({
    method,
    url: secrets.hiddenIn(endpointName(url)),
    purpose,
    ...(answer === undefined ? { failure: failure?.code ?? 'unknown' } : { status: answer.status }),
  }))
  const counts = { problems: count('problem'), warnings: count('warning') }
  return `${JSON.stringify({ ...counts, findings, requests, claims }, null, 2)}\n`
}

export function planText(plan: readonly PlannedRequest[]): string {
  const lines = plan.map(
    ({ method, url, purpose }) => `${method.padEnd(4)}  ${url}\n      ${purpose}\n`,
  )
  return `In this order, and no further where nothing can follow:\n\n${lines.join('')}`
}
