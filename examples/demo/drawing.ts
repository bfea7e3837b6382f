/**
 * What the demo draws: lines, a table, bars. Plain ASCII, no colour, and never wider than
 * `lineWidth`, so that it reads the same in every terminal and in every log. Pure.
 */

/** One less than 80 columns: some terminals wrap a line that fills the last one. */
export const lineWidth = 79

export interface TableRow {
  /** The scene's letter; empty where the row belongs to the one above. */
  readonly letter: string
  readonly what: string
  readonly expected: string
  readonly seen: string
  readonly holds: boolean
}

export interface Bar {
  readonly label: string
  readonly count: number
}

export interface SceneLine {
  readonly letter: string
  readonly text: string
  readonly calls: number
  readonly tokenRequests: number
  readonly seconds: number
}

const columns = { letter: 1, what: 41, expected: 13, seen: 13, holds: 3 } as const
const gap = '  '

/** One line for one scene. */
export function sceneLine({ letter, text, calls, tokenRequests, seconds }: SceneLine): string {
  const requests = tokenRequests === 1 ? 'token request ' : 'token requests'
  const counts = `${number(calls).padStart(5)} calls ${number(tokenRequests).padStart(3)} ${requests}`
  return fit(`${letter}  ${fit(text, 34).padEnd(34)} ${counts} ${seconds.toFixed(1).padStart(5)} s`)
}

/** What was expected beside what was seen. A cell that is too long goes on in the next line. */
export function table(rows: readonly TableRow[]): readonly string[] {
  const rule = '-'.repeat(lineWidth)
  const head = cells({ letter: '', what: '', expected: 'expected', seen: 'seen', holds: '' })
  const body = rows.flatMap((row) => cells({ ...row, holds: row.holds ? 'yes' : 'NO' }))
  return [rule, ...head, rule, ...body, rule]
}

/** Bars on one scale: the largest count fills the line, and what is not zero is never invisible. */
export function barChart(bars: readonly Bar[]): readonly string[] {
  const labelWidth = 20
  const countWidth = 7
  const longest = lineWidth - labelWidth - countWidth - 2
  const largest = Math.max(1, ...bars.map(({ count }) => count))
  return bars.map(({ label, count }) => {
    const length = count === 0 ? 0 : Math.max(1, Math.round((count / largest) * longest))
    const text = fit(label, labelWidth).padEnd(labelWidth)
    return fit(`${text}${number(count).padStart(countWidth)} |${'#'.repeat(length)}`)
  })
}

/** With thousands separated, whatever the machine's own language is. */
export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** `text` on one line of at most `width` characters. */
export function fit(text: string, width: number = lineWidth): string {
  const line = text.replace(/\s/g, ' ')
  return line.length > width ? `${line.slice(0, width - 3)}...` : line
}

type Cells = Record<keyof typeof columns, string>

function cells(row: Cells): readonly string[] {
  const wrapped = Object.entries(columns).map(([name, width]) => ({
    width,
    lines: wrap(row[name as keyof Cells], width),
  }))
  const height = Math.max(...wrapped.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, at) =>
    wrapped
      .map(({ width, lines }) => (lines[at] ?? '').padEnd(width))
      .join(gap)
      .trimEnd(),
  )
}

/** `text` in lines of at most `width` characters, broken between words where that is possible. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (longer.length <= width) lines.splice(-1, 1, longer)
    else lines.push(...pieces(word, width))
  }
  return lines
}

/** A word that fits no line, broken behind an underscore where it has one. */
function pieces(word: string, width: number): readonly string[] {
  return word.match(new RegExp(`.{1,${width - 1}}_|.{1,${width}}`, 'gu')) ?? []
}
