/**
 * JSON that somebody typed into a variable: an object, or where it stops being JSON. The text itself
 * may hold secrets, and is never repeated, which the engine's own message does. Pure.
 */

/** An object's members, or what is wrong with the text, in words that hold none of it. */
export type JsonVariable =
  | { readonly members: Readonly<Record<string, unknown>>; readonly problem?: undefined }
  | { readonly members?: undefined; readonly problem: string }

export function parseJsonVariable(text: string): JsonVariable {
  const parsed = tried(text)
  if (parsed.failure !== undefined) {
    const at = positionOf(parsed.failure, text)
    const where =
      at >= text.length ? `it ends too early, at character ${at}` : `look at character ${at + 1}`
    return {
      problem: `is not JSON: ${where}; quotes are double, and nothing follows the last item`,
    }
  }
  const { value } = parsed
  const twice = repeatedMember(text)
  if (twice !== undefined) {
    return {
      problem: `names the same member twice: look at character ${twice + 1}; the first would be lost`,
    }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { members: value as Record<string, unknown> }
  }
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return { problem: `must be a JSON object, not ${kind}` }
}

/** Where a name stands that its object has had before, in text that is JSON. */
function repeatedMember(text: string): number | undefined {
  const open: Set<unknown>[] = []
  for (const { 0: part, index, groups } of text.matchAll(tokens)) {
    if (part === '{') open.push(new Set())
    if (part === '}') open.pop()
    const key = groups?.['key']
    if (key === undefined) continue
    // However it is escaped, it is the same name.
    const name: unknown = JSON.parse(key)
    if (open.at(-1)?.has(name) === true) return index
    open.at(-1)?.add(name)
  }
  return undefined
}

const tokens = /(?<key>"(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}]/g

type Tried =
  { readonly value: unknown; readonly failure?: undefined } | { readonly failure: string }

function tried(text: string): Tried {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : '' }
  }
}

/** How many characters are still JSON, or could become it. */
function positionOf(failure: string, text: string): number {
  const told = / JSON at position (\d+) \(line \d+ column \d+\)$/.exec(failure)?.[1]
  if (told !== undefined) return Number(told)
  if (!quotes(failure)) return text.length
  // Where the engine quotes instead of counting, the shortest beginning that it quotes ends there.
  let sound = 0
  let broken = text.length
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2)
    if (quotes(tried(text.slice(0, middle)).failure ?? '')) broken = middle
    if (broken !== middle) sound = middle
  }
  return sound
}

function quotes(failure: string): boolean {
  return failure.endsWith('is not valid JSON')
}
