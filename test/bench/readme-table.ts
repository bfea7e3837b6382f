/**
 * The README's table: one line for each question, with the hand-written version, the library that
 * answers it best, and the one that answers it worst. Whoever leads a line is set in bold, whether
 * it is us or not.
 */
import { medianOf } from './results.ts'
import type { Results, Row } from './results.ts'
import { duration, inBytes, inKb, inMs, origin, plain, table } from './tables.ts'

interface Question {
  readonly what: string
  readonly scenario: string
  /** How the row's case begins. */
  readonly case: string
  readonly figure: string
  readonly show: (value: number, row: Row) => string
  /** Which of our ways it is asked of, where there are several. */
  readonly ours?: string
}

const times = (value: number) => `${plain(value)} ×`
const also = (row: Row, figure: string) => plain(medianOf(row.figures?.[figure]))

const questions: readonly Question[] = [
  {
    what: 'a held token, bound source, over the floor',
    scenario: 'hit',
    case: 'bound source, 1 key',
    figure: 'ratio',
    show: times,
  },
  {
    what: 'a held token, `getToken(audience, scopes)`',
    scenario: 'hit',
    case: 'getToken(audience, scopes), 1 key',
    figure: 'ratio',
    show: times,
  },
  {
    what: 'one of 100,000 held tokens',
    scenario: 'hit',
    case: 'bound source, 100,000 keys',
    figure: 'ns',
    show: duration,
  },
  {
    what: 'allocated for a held token',
    scenario: 'allocations',
    case: 'bound source, 1 key',
    figure: 'bytes',
    show: inBytes,
  },
  {
    what: 'added to a `fetch` that answers at once',
    scenario: 'wrapped',
    case: 'stub, fetch',
    figure: 'addedNs',
    show: duration,
    ours: 'm2m-tokens, fetch of the manager',
  },
  {
    what: '10,000 callers, no token yet: requests, and time over one',
    scenario: 'herd',
    case: '',
    figure: 'ratio',
    show: (value, row) => `${also(row, 'tokenRequests')}, ${times(value)}`,
  },
  {
    what: 'tokens of 1 s: calls that waited, and expired tokens',
    scenario: 'expiry',
    case: 'tokens of 1 s',
    figure: 'waits',
    show: (value, row) => `${plain(value)}, ${also(row, 'expired')}`,
  },
  {
    what: 'import',
    scenario: 'start-up',
    case: 'import',
    figure: 'importMs',
    show: inMs,
  },
  {
    what: 'memory for a held token beyond its text',
    scenario: 'memory',
    case: '',
    figure: 'bytes',
    show: inBytes,
  },
  {
    what: 'bundled with dependencies, gzip: at import, and later',
    scenario: 'size',
    case: 'bundled',
    figure: 'allGzipKb',
    show: (value, row) => `${inKb(value)}, ${inKb(medianOf(row.figures?.['allLaterGzipKb']))}`,
  },
]

const us = 'm2m-tokens'
const byHand = 'hand-written'

interface Answer {
  readonly row: Row
  readonly value: number
}

/** With the machine under it. */
export function readmeTable(results: Results): string {
  const lines = questions.flatMap((question) => {
    const line = lineOf(results.rows, question)
    return line === undefined ? [] : [line]
  })
  const head = ['', us, byHand, 'the best library', 'the last library']
  return `${table(head, lines)}\n\n${origin(results)}`
}

function lineOf(rows: readonly Row[], question: Question): readonly string[] | undefined {
  const answers = rows
    .filter((row) => row.scenario === question.scenario && row.case.startsWith(question.case))
    .map((row) => ({ row, value: medianOf(row.figures?.[question.figure]) }))
    .filter(({ value }) => !Number.isNaN(value))
    .toSorted((a, b) => a.value - b.value)
  const of = (name: string) => answers.find(({ row }) => isOf(row, name))
  const others = answers.filter(({ row }) => !isOf(row, us) && !isOf(row, byHand) && isLibrary(row))
  const [ours, written, best, last] = [
    of(question.ours ?? us),
    of(byHand),
    others[0],
    others.at(-1),
  ]
  if (ours === undefined) return undefined
  const least = Math.min(
    ...[ours, written, best].flatMap((answer) => (answer === undefined ? [] : [answer.value])),
  )
  const shown = (answer: Answer | undefined, isNamed: boolean) => {
    if (answer === undefined) return ''
    const name = isNamed ? `, ${baseOf(answer.row)}` : ''
    const text = `${question.show(answer.value, answer.row)}${name}`
    return answer.value === least ? `**${text}**` : text
  }
  const ends = [shown(best, true), last === best ? '' : shown(last, true)]
  return [question.what, shown(ours, false), shown(written, false), ...ends]
}

/** `m2m-tokens, fetch of the manager` is one of the ways to use it. */
function isOf({ contestant }: Row, name: string): boolean {
  return contestant === name || contestant.startsWith(`${name}, `)
}

function isLibrary({ contestant }: Row): boolean {
  return contestant !== 'floor' && !contestant.startsWith('empty process')
}

function baseOf({ contestant }: Row): string {
  return contestant.split(', ')[0] ?? ''
}
