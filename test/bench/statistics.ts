/** Medians and quartiles: what a machine that others use at the same time leaves worth telling. */

export interface Spread {
  readonly median: number
  /** A quarter of the samples is at or below this. */
  readonly low: number
  /** A quarter of the samples is at or above this. */
  readonly high: number
  readonly samples: number
}

/** NaN throughout where there is no sample. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    samples: sorted.length,
  }
}

/** `part` from 0 to 1; between two samples, in proportion. */
export function quantile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** Three significant digits, so that the results tell no more than was measured. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** The spread of `a / b`, sample by sample where both were taken in the same round. */
export function ratioOf(a: readonly number[], b: readonly number[]): Spread {
  return spreadOf(a.map((value, i) => value / (b[i] ?? Number.NaN)).filter(Number.isFinite))
}
