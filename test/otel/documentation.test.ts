/** `docs/telemetry.md` and the dashboard name what the code exports: all of it, and nothing else. */
import { readFileSync } from 'node:fs'
import { DataPointType } from '@opentelemetry/sdk-metrics'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import { instrumentTokens } from 'm2m-tokens/otel'
import { describe, expect, it } from 'vitest'
import { start } from '../support/start.ts'
import { sendEveryEvent } from './support/every-event.ts'
import { startSdk, startTelemetry } from './support/telemetry.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/telemetry.md')

/** The cells of every row whose first cell is a name in code style. */
const rows = new Map(
  [...page.matchAll(/^\| `([^`]+)` +\|(.*)\|$/gm)].map(([, name = '', rest = '']) => [
    name,
    rest.split('|').map((cell) => cell.trim()),
  ]),
)

const source = read('src/events.ts')
const events = [...source.matchAll(/channel\('(m2m-tokens:[a-z-]+)'\)/g)].map(
  ([, name = '']) => name,
)

/** Everything that the code can export. */
async function exportEverything(): Promise<readonly MetricData[]> {
  const { meterProvider, tracerProvider, metrics } = startSdk()
  using attached = instrumentTokens({ meterProvider, tracerProvider })
  expect(attached).toBeDefined()
  sendEveryEvent()
  return await metrics()
}

const keysOf = ({ dataPoints }: MetricData) =>
  dataPoints.flatMap(({ attributes }) => Object.keys(attributes))

describe('the page on telemetry', () => {
  it.each(events)('has a row for the channel %s', (name) => {
    expect(rows.has(name)).toBe(true)
  })

  it('has rows for channels that there are, and no others', () => {
    expect(events.length).toBeGreaterThanOrEqual(14)
    expect([...rows.keys()].filter((name) => name.startsWith('m2m-tokens:')).sort()).toEqual(
      [...events].sort(),
    )
  })

  it('has a row for every metric, with its kind and its unit, and for no other', async () => {
    const metrics = await exportEverything()
    const documented = [...rows].filter(([, cells]) => /^(counter|histogram)$/.test(cells[0] ?? ''))
    const exported = metrics.map(({ descriptor, dataPointType }) => [
      descriptor.name,
      dataPointType === DataPointType.HISTOGRAM ? 'histogram' : 'counter',
      `\`${descriptor.unit}\``,
    ])
    expect(documented.map(([name, [kind, unit]]) => [name, kind, unit]).sort()).toEqual(
      exported.sort(),
    )
    for (const { descriptor } of metrics) expect(descriptor.description).not.toBe('')
  })

  it('has a row for every attribute of metrics and spans, and for no other', async () => {
    const keys = new Set((await exportEverything()).flatMap(keysOf))
    const { spans } = startTelemetry()
    const { tokens } = await start()
    await tokens.getToken('event')
    for (const span of spans()) for (const key of Object.keys(span.attributes)) keys.add(key)
    const documented = [...rows].filter(([name, cells]) => cells.length === 1 && !/:/.test(name))
    expect(documented.map(([name]) => name).sort()).toEqual([...keys].sort())
  })

  it('has a row for every span', async () => {
    const { spans } = startTelemetry()
    const { tokens } = await start()
    await tokens.getToken('event')
    expect(spans().map(({ name }) => rows.has(name))).toEqual([true, true])
  })
})

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  readonly targets: readonly { readonly expr: string; readonly refId: string }[]
}

interface Dashboard {
  readonly schemaVersion: number
  readonly uid: string
  readonly panels: readonly Panel[]
}

const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as Dashboard
const { panels } = dashboard
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** OpenTelemetry's compatibility rules for Prometheus: names, units, and what a histogram becomes. */
function seriesOf({ descriptor, dataPointType }: MetricData): readonly string[] {
  const name = descriptor.name.replaceAll('.', '_')
  // A unit in braces is an annotation: no part of the name.
  const base = descriptor.unit === 's' ? `${name}_seconds` : name
  if (dataPointType !== DataPointType.HISTOGRAM) return [`${base}_total`]
  return ['bucket', 'sum', 'count'].map((part) => `${base}_${part}`)
}

describe('the dashboard', () => {
  const queried = queries.flatMap((expr) =>
    [...expr.matchAll(/([a-zA-Z_:][\w:]*)\s*\{/g)].map(([, name = '']) => name),
  )

  it('asks for metrics that the code exports', async () => {
    const exported = (await exportEverything()).map(seriesOf)
    expect(queried.length).toBeGreaterThan(10)
    expect(queried.filter((name) => !exported.flat().includes(name))).toEqual([])
  })

  it('shows every metric that the code exports', async () => {
    const exported = (await exportEverything()).map(seriesOf)
    const missing = exported.filter((series) => !series.some((name) => queried.includes(name)))
    expect(missing).toEqual([])
  })

  it('groups and filters by attributes that the metric has', async () => {
    const labels = new Map(
      (await exportEverything()).map((metric) => [
        seriesOf(metric)[0]?.replace(/_(total|bucket)$/, ''),
        ['le', ...keysOf(metric).map((key) => key.replaceAll('.', '_'))],
      ]),
    )
    for (const expr of queries) {
      const [, series = ''] = /([a-z_0-9]+)\{/.exec(expr) ?? []
      const known = labels.get(series.replace(/_(total|bucket|count)$/, '')) ?? []
      const filters = [...expr.matchAll(/(\w+)(?==~?")/g)].map(([, label = '']) => label)
      const groups = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = '']) =>
        list.split(', '),
      )
      const unknown = [...filters, ...groups].filter((label) => !known.includes(label))
      expect(`${expr}: ${unknown.join()}`).toBe(`${expr}: `)
    }
  })

  it('asks in queries whose brackets close', () => {
    for (const expr of queries) {
      const counts = ['(', ')', '{', '}', '[', ']'].map((bracket) => expr.split(bracket).length)
      expect([counts[0], counts[2], counts[4]]).toEqual([counts[1], counts[3], counts[5]])
    }
  })

  it('has what Grafana needs: a schema version, panels with ids and places of their own', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36)
    expect(dashboard.uid).toMatch(/^[\w-]{1,40}$/)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
    for (const { targets } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      expect(targets).not.toEqual([])
    }
  })

  it('has panels within its 24 columns that do not overlap', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24)
      return Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
  })
})
