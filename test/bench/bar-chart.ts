/**
 * A horizontal bar chart as plain SVG: one bar a contestant, its value beside it, a line for the
 * quartiles. It brings its own background for light and dark, because a page does not tell an image
 * which of them it has. Needs no fonts, scripts or other files.
 */
import type { Spread } from './statistics.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  readonly spread: Spread | undefined
  readonly label: string
  /** The floor, or a client alone, is no contestant and looks like none. */
  readonly kind: 'ours' | 'other' | 'floor'
}

/** A contestant without a bar. */
export interface Absent {
  readonly name: string
  readonly cannot: string
}

export interface Chart {
  readonly title: string
  readonly note: string
  readonly foot: string
  readonly show: (value: number) => string
  /** For values that span decades. */
  readonly log: boolean
  readonly bars: readonly Bar[]
  readonly absent: readonly Absent[]
}

const [width, left] = [940, 300]
/** Of a letter of a label, rather more than less: fonts differ. */
const letter = 7.4
const [top, rowHeight, barHeight, bottom] = [76, 27, 17, 58]
/** What the numbers under the bars take, and a line without a bar. */
const [axis, reasonHeight] = [24, 20]

const style = `
  .ground { fill: #ffffff; stroke: #d8dee4 }
  .title { fill: #1f2328; font-size: 17px; font-weight: 600 }
  text { fill: #1f2328; font: 13px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif }
  .quiet { fill: #59636e; font-size: 12px }
  .label { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round }
  .reason { fill: #59636e; font-style: italic }
  .other { fill: #9aa5b1 }
  .ours { fill: #1a7f5a }
  .floor { fill: none; stroke: #59636e; stroke-dasharray: 3 2 }
  .name-ours { font-weight: 700 }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .spread { stroke: #1f2328; stroke-width: 1.5; opacity: 0.65 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #30363d }
    text, .title { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .label { stroke: #0d1117 }
    .reason { fill: #9198a1 }
    .other { fill: #57606a }
    .ours { fill: #2fb380 }
    .floor { stroke: #9198a1 }
    .grid { stroke: #30363d }
    .spread { stroke: #e6edf3 }
  }`

export function barChart({ title, note, foot, show, log, bars, absent }: Chart): string {
  const height = top + bars.length * rowHeight + absent.length * reasonHeight + bottom
  const scale = log ? logScale(bars) : linearScale(bars)
  // The longest label fits even beside the longest bar.
  const right = 24 + letter * Math.max(...bars.map(({ label }) => label.length))
  const x = (value: number) => left + scale.place(value) * (width - left - right)
  const under = top + bars.length * rowHeight
  const grid = scale.ticks.map(
    (tick) =>
      `<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${top - 6}" y2="${under}"/>` +
      `<text class="quiet" x="${at(x(tick))}" y="${under + 13}" text-anchor="middle">${safe(show(tick))}</text>`,
  )
  const lines = bars.map((bar, n) => drawBar(bar, { y: top + n * rowHeight, x }))
  const reasons = absent.map((one, n) => drawReason(one, under + axis + n * reasonHeight))
  const scaleName = log ? 'logarithmic scale' : 'linear scale'
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${safe(title)}">
<style>${style}
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="20" y="31">${safe(title)}</text>
<text class="quiet" x="20" y="52">${safe(note)}; ${scaleName}, shorter is better</text>
${[...grid, ...lines, ...reasons].join('\n')}
<text class="quiet" x="20" y="${height - 12}">${safe(foot)}</text>
</svg>
`
}

function drawReason({ name, cannot }: Absent, y: number): string {
  const line = y + barHeight / 2 + 4.5
  const shown = shortened(cannot, 84)
  return (
    `<text class="quiet" x="${left - 10}" y="${line}" text-anchor="end">${safe(shortened(name))}</text>` +
    `<text class="reason" x="${left}" y="${line}">${safe(shown)}</text>`
  )
}

interface Row {
  readonly y: number
  readonly x: (value: number) => number
}

function drawBar({ name, value, spread, label, kind }: Bar, { y, x }: Row): string {
  const end = Math.max(x(value), left + 2)
  const middle = y + barHeight / 2
  const far = spread === undefined ? end : Math.max(end, x(spread.high))
  const whisker =
    spread === undefined
      ? ''
      : `<line class="spread" x1="${at(x(spread.low))}" x2="${at(x(spread.high))}" y1="${middle}" y2="${middle}"/>`
  return (
    `<text class="name-${kind}" x="${left - 10}" y="${middle + 4.5}" text-anchor="end">${safe(shortened(name))}</text>` +
    `<rect class="${kind}" x="${left}" y="${y}" width="${at(end - left)}" height="${barHeight}" rx="2"/>${whisker}` +
    `<text class="label" x="${at(far + 7)}" y="${middle + 4.5}">${safe(label)}</text>`
  )
}

interface Scale {
  /** From 0 to 1. */
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

function linearScale(bars: readonly Bar[]): Scale {
  const most = Math.max(...bars.map(({ value, spread }) => spread?.high ?? value), 1e-9)
  const step = niceStep(most / 4)
  const end = Math.ceil(most / step) * step
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, n) => n * step)
  return { place: (value) => clamp(value / end), ticks }
}

/** From a round number below the least value, so that even that one has a bar, by powers of ten. */
function logScale(bars: readonly Bar[]): Scale {
  const values = bars.map(({ value }) => value).filter((value) => value > 0)
  const least = Math.min(...values) * 0.8
  const power = 10 ** Math.floor(Math.log10(least))
  const first = ([5, 2, 1].find((factor) => factor * power <= least) ?? 1) * power
  const [low, high] = [Math.log10(first), Math.log10(Math.max(...values, first * 10))]
  const decades = Array.from({ length: 12 }, (_, n) => power * 10 ** (n + 1))
  const ticks = [first, ...decades.filter((tick) => Math.log10(tick) <= high)]
  return {
    place: (value) => (value <= 0 ? 0 : clamp((Math.log10(value) - low) / (high - low))),
    ticks,
  }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part))
}

function at(coordinate: number): string {
  return coordinate.toFixed(1).replace('.0', '')
}

/** Two parts of a name that both matter: the package, and how it was used. */
function shortened(text: string, most = 42): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
