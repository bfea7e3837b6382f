/** How instants, durations and texts from outside are printed: short, on one line, harmless. Pure. */
import { oneLine } from '../../wire/quoted-text.ts'

export function instantText(epochMs: number): string {
  const date = new Date(epochMs)
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** `90 s`, `10 min`, `8 h`, `60 days`: as exact as helps. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(words: readonly string[]): string {
  const clean = words.map((word) => oneLine(word))
  if (clean.length < 2) return clean.join('')
  return `${clean.slice(0, -1).join(', ')} and ${clean.at(-1) ?? ''}`
}

/** The words of a claim or parameter that may be a text or an array. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** A page, where data was wanted. */
export function isHtml(answer: { readonly headers: Headers; readonly body: string }): boolean {
  const type = answer.headers.get('content-type') ?? ''
  return (
    /^\s*(text\/html|application\/xhtml)/i.test(type) ||
    /^\s*<(!doctype|html|head|body)/i.test(answer.body)
  )
}

/**
 * The title of a page, what a person would recognise it by, cut. Whoever calls has hidden in the whole
 * page what it may not repeat: of a secret that is cut in two nobody would find the half.
 */
export function pageTitle(page: string): string | undefined {
  const title = /<title[^>]{0,100}>([^<]{1,80})/i.exec(page.slice(0, 10_000))?.[1]
  return title === undefined ? undefined : oneLine(title)
}

/** The title of an answer's page in a sentence, with its leading space; empty without one. */
export function titled({ title }: { readonly title?: string | undefined }): string {
  return title === undefined ? '' : ` titled '${title}'`
}
