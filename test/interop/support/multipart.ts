/** Reads a multipart/form-data body (RFC 7578) as it stands on the wire. */
import type { Arrival } from './loopback.ts'

export interface Part {
  readonly name: string | undefined
  readonly filename: string | undefined
  readonly bytes: Buffer
}

export function partsOf(arrival: Arrival): Part[] {
  const type = arrival.headers['content-type'] ?? ''
  const boundary = /^multipart\/form-data; ?boundary=(.+)$/.exec(type)?.[1]
  if (boundary === undefined) throw new Error(`'${type}' is not multipart with a boundary`)
  // latin1 keeps one character for each byte.
  const pieces = arrival.bytes.toString('latin1').split(`--${boundary}`).slice(1, -1)
  return pieces.map((piece) => {
    const [head = '', ...rest] = piece.split('\r\n\r\n')
    const body = rest.join('\r\n\r\n').slice(0, -'\r\n'.length)
    return {
      name: /[; ]name="([^"]*)"/.exec(head)?.[1],
      filename: /filename="([^"]*)"/.exec(head)?.[1],
      bytes: Buffer.from(body, 'latin1'),
    }
  })
}
