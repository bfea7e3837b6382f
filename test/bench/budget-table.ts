/** The budgets against what runs found, as Markdown: a column for each run, and a plain verdict. */
import { budgets } from './budgets.ts'
import type { Budget, Place } from './budgets.ts'
import { medianOf } from './results.ts'
import type { Results, Row } from './results.ts'
import { plain, table } from './tables.ts'

const us = 'm2m-tokens'

/** `runs` in the order of their columns; the last one also says where the others stand. */
export function budgetTable(runs: readonly Results[]): string {
  const columns = runs.length === 1 ? ['this run'] : runs.map((_, n) => `run ${n + 1}`)
  const last = runs.at(-1)
  const lines = budgets.map((budget) => [
    budget.what,
    `${budget.isLess === true ? '<' : '≤'} ${shown(budget.most, budget)}`,
    ...runs.map((run) => withBeside(run, budget)),
    verdict(runs, budget),
    last === undefined ? '' : bestOther(last, budget),
  ])
  return table(['', 'budget', ...columns, '', 'the best of the others'], lines)
}

/** NaN where the run has no such figure. */
export function oursIn({ rows }: Results, { ours, over }: Budget): number {
  const value = medianOf(rows.find((row) => isAt(row, ours))?.figures?.[ours.figure])
  return over === undefined ? value : value / leastIn(rows, over)
}

function leastIn(rows: readonly Row[], { scenario, case: name, figure }: Place): number {
  const there = rows.filter((row) => row.scenario === scenario && row.case === name)
  const values = there.map(({ figures }) => medianOf(figures?.[figure]))
  return Math.min(...values.filter((value) => !Number.isNaN(value)))
}

function isAt(row: Row, { scenario, case: name, contestant = us }: Place): boolean {
  return row.scenario === scenario && row.case === name && row.contestant === contestant
}

function withBeside(run: Results, budget: Budget): string {
  const value = oursIn(run, budget)
  if (Number.isNaN(value)) return ''
  const { ours, beside } = budget
  const text = shown(value, budget)
  if (beside === undefined) return text
  const figures = run.rows.find((row) => isAt(row, ours))?.figures
  return `${text}, and ${shown(medianOf(figures?.[beside.figure]), budget)} ${beside.text}`
}

/** In every run, or said otherwise: one run of three that was lucky is no budget that was met. */
function verdict(runs: readonly Results[], budget: Budget): string {
  const values = runs.map((run) => oursIn(run, budget)).filter((value) => !Number.isNaN(value))
  const met = values.filter((value) => isMet(value, budget)).length
  if (values.length === 0) return 'not measured'
  if (met === values.length) return 'met'
  return met === 0 ? '**missed**' : `**missed** in ${values.length - met} of ${values.length}`
}

function isMet(value: number, { most, isLess = false }: Budget): boolean {
  return isLess ? value < most : value <= most
}

/** Where the same figure is taken of others. The floor is no contestant. */
function bestOther({ rows }: Results, { ours, over, ...budget }: Budget): string {
  if (over !== undefined) return ''
  const others = rows
    .filter((row) => row.scenario === ours.scenario && row.case === ours.case)
    .filter(({ contestant }) => contestant !== 'floor' && !contestant.startsWith(us))
    .map(({ contestant, figures }) => ({ contestant, value: medianOf(figures?.[ours.figure]) }))
    .filter(({ value }) => !Number.isNaN(value))
  const [best] = others.toSorted((a, b) => a.value - b.value)
  return best === undefined ? '' : `${shown(best.value, budget)}, ${best.contestant}`
}

function shown(value: number, { unit }: Pick<Budget, 'unit'>): string {
  return `${plain(value)} ${unit}`.trimEnd()
}
