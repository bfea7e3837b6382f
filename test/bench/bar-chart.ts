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
  readonly ours: boolean
}

export interface Chart {
  readonly title: string
  readonly note: string
  readonly foot: string
  readonly show: (value: number) => string
  /** For values that span decades. */
  readonly log: boolean
  readonly bars: readonly Bar[]
}

const [width, left, right] = [940, 300, 200]
const [top, rowHeight, barHeight, bottom] = [76, 27, 17, 52]

const style = `
  .ground { fill: #ffffff; stroke: #d8dee4 }
  .title { fill: #1f2328; font-size: 17px; font-weight: 600 }
  text { fill: #1f2328; font: 13px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif }
  .quiet { fill: #59636e; font-size: 12px }
  .bar { fill: #9aa5b1 }
  .ours { fill: #1a7f5a }
  .name-ours { font-weight: 700 }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .spread { stroke: #1f2328; stroke-width: 1.5; opacity: 0.65 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #30363d }
    text, .title { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .bar { fill: #57606a }
    .ours { fill: #2fb380 }
    .grid { stroke: #30363d }
    .spread { stroke: #e6edf3 }
  }`

export function barChart({ title, note, foot, show, log, bars }: Chart): string {
  const height = top + bars.length * rowHeight + bottom
  const scale = log ? logScale(bars) : linearScale(bars)
  const x = (value: number) => left + scale.place(value) * (width - left - right)
  const under = top + bars.length * rowHeight
  const grid = scale.ticks.map(
    (tick) =>
      `<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${top - 6}" y2="${under}"/>` +
      `<text class="quiet" x="${at(x(tick))}" y="${under + 15}" text-anchor="middle">${safe(show(tick))}</text>`,
  )
  const lines = bars.map((bar, n) => drawBar(bar, { y: top + n * rowHeight, x }))
  const scaleName = log ? 'logarithmic scale' : 'linear scale'
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${safe(title)}">
<style>${style}
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="20" y="31">${safe(title)}</text>
<text class="quiet" x="20" y="52">${safe(note)}; ${scaleName}, shorter is better</text>
${[...grid, ...lines].join('\n')}
<text class="quiet" x="20" y="${height - 12}">${safe(foot)}</text>
</svg>
`
}

interface Row {
  readonly y: number
  readonly x: (value: number) => number
}

function drawBar({ name, value, spread, label, ours }: Bar, { y, x }: Row): string {
  const end = Math.max(x(value), left + 2)
  const [middle, kind] = [y + barHeight / 2, ours ? 'ours' : 'bar']
  const far = spread === undefined ? end : Math.max(end, x(spread.high))
  const whisker =
    spread === undefined
      ? ''
      : `<line class="spread" x1="${at(x(spread.low))}" x2="${at(x(spread.high))}" y1="${middle}" y2="${middle}"/>`
  return (
    `<text class="${ours ? 'name-ours' : 'name'}" x="${left - 10}" y="${middle + 4.5}" text-anchor="end">${safe(shortened(name))}</text>` +
    `<rect class="${kind}" x="${left}" y="${y}" width="${at(end - left)}" height="${barHeight}" rx="2"/>${whisker}` +
    `<text x="${at(far + 7)}" y="${middle + 4.5}">${safe(label)}</text>`
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

/** From the power of ten below the least value, so that even that one has a bar. */
function logScale(bars: readonly Bar[]): Scale {
  const values = bars.map(({ value }) => value).filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...values) * 0.8))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n))
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
function shortened(name: string): string {
  return name.length > 42 ? `${name.slice(0, 41)}…` : name
}

function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
