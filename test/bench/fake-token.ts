/**
 * Tokens for the benchmark: as long as a usual JWT, no two alike, signed by nobody, good for
 * nothing. Each says when it ends, to the millisecond, so that whoever holds one can check.
 */

/** Bytes of an access token with a handful of claims and an RS256 signature, give or take. */
const usualLength = 640

/** A token that ends at `endsAt`, in milliseconds since the epoch. */
export function fakeToken(serial: number, endsAt: number): string {
  const header = encode({ alg: 'none', typ: 'JWT' })
  const payload = encode({ iss: 'https://issuer.example', jti: String(serial), exp: endsAt / 1000 })
  const start = `${header}.${payload}.`
  return start + 'fake'.repeat((usualLength - start.length) / 4)
}

/** When the token ends, in milliseconds since the epoch; NaN where it is none of ours. */
export function endOf(token: string): number {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const { exp } = JSON.parse(payload) as { readonly exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : Number.NaN
  } catch {
    return Number.NaN
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
