/** What a cached token occupies beyond its own text, after everything else has been collected. */
import { fakeToken } from './fake-token.ts'

/** Bytes for each of `keys` tokens that `make` caches. */
export async function bytesPerToken(
  make: (keys: number) => Promise<unknown>,
  keys: number,
): Promise<number> {
  // What is loaded and compiled on first use would otherwise be counted as the tokens'.
  await make(200)
  textBytes(200)
  const textOnly = textBytes(keys)
  const before = await settled()
  const held = await make(keys)
  const after = await settled()
  // Named once more, so that it is not collected before it has been weighed.
  return held === undefined ? Number.NaN : (after - before) / keys - textOnly
}

/** What the text itself takes in the same heap, as one flat string each. */
function textBytes(keys: number): number {
  const sample = Math.min(keys, 2_000)
  const texts: string[] = new Array<string>(sample).fill('')
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < sample; i += 1) {
    texts[i] = Buffer.from(fakeToken(i, Date.now())).toString('latin1')
  }
  globalThis.gc?.()
  return (process.memoryUsage().heapUsed - before) / texts.length
}

/** Twice, with a turn of the event loop between: finalizers make more to collect. */
async function settled(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return process.memoryUsage().heapUsed
}
