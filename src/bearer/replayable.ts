/** Whether a body can be sent twice: a value can, a stream is gone once it was read. Pure. */

/** By name rather than class: npm undici and polyfills have classes of their own. */
const valueKinds: readonly string[] = ['URLSearchParams', 'FormData', 'Blob', 'File', 'ArrayBuffer']

export function isReplayable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true
  if (ArrayBuffer.isView(body)) return true
  return valueKinds.includes(Object.prototype.toString.call(body).slice(8, -1))
}
