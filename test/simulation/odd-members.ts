/** Grants as some servers spell them, and what the wire's rules make of each. */

export interface OddMembers {
  /** The whole answer, or undefined members that a plain grant would have. */
  readonly members: Readonly<Record<string, unknown>>
  /** How long the token lives by the rules of section 3; undefined: it is no grant at all. */
  readonly lifetimeMs: number | undefined
  readonly refreshInMs?: number
}

/** What is known when the answer is made. */
export interface OddAnswer {
  readonly text: string
  readonly wall: number
  /** The wall clock when the request for it started. */
  readonly startedWall: number
}

const tenYearsMs = 10 * 365 * 24 * 3_600_000

const makers: readonly ((answer: OddAnswer) => OddMembers)[] = [
  ({ text }) => ({ members: { access_token: text, expires_in: '3600' }, lifetimeMs: 3_600_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: '60.9' }, lifetimeMs: 60_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: 1.9 }, lifetimeMs: 1_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: null }, lifetimeMs: 300_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: true }, lifetimeMs: 300_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: 'soon' }, lifetimeMs: 300_000 }),
  ({ text }) => ({ members: { access_token: text, expires_in: 1e12 }, lifetimeMs: tenYearsMs }),
  ({ text }) => ({ members: { access_token: text, expires_in: 0 }, lifetimeMs: undefined }),
  ({ text }) => ({ members: { access_token: text, expires_in: '-5' }, lifetimeMs: undefined }),
  (answer) => advised(answer, 600, 200),
  (answer) => advised(answer, 60, 20),
  (answer) => advised(answer, 120, 10),
  ({ text }) => ({
    members: { access_token: text, expires_in: 600, token_type: 'mac' },
    lifetimeMs: undefined,
  }),
  () => ({ members: { access_token: 12345, expires_in: 600 }, lifetimeMs: undefined }),
  ({ text }) => ({ members: { error: text, expires_in: 600 }, lifetimeMs: undefined }),
  // Without `expires_in`, what the token says of itself.
  (answer) => jwt(answer, 90),
]

export const oddities = makers.length

export function oddMembers(oddity: number, answer: OddAnswer): OddMembers {
  const make = makers[oddity]
  if (make === undefined) throw new RangeError(`no oddity ${oddity}`)
  return make(answer)
}

/** With the server's own advice when to renew, which is earlier than ours would be. */
function advised({ text }: OddAnswer, expiresIn: number, refreshIn: number): OddMembers {
  const members = { access_token: text, expires_in: expiresIn, refresh_in: refreshIn }
  return { members, lifetimeMs: expiresIn * 1000, refreshInMs: refreshIn * 1000 }
}

/** Its life begins where it was issued, and not before it was asked for. */
function jwt({ text, wall, startedWall }: OddAnswer, livesSeconds: number): OddMembers {
  const iat = Math.floor(wall / 1000)
  const exp = iat + livesSeconds
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const token = `${encode({ alg: 'none' })}.${encode({ iat, exp, jti: text })}.x`
  const from = exp * 1000 > startedWall ? Math.max(iat * 1000, startedWall) : iat * 1000
  const lifetimeMs = Math.floor((exp * 1000 - from) / 1000) * 1000
  return { members: { access_token: token }, lifetimeMs: lifetimeMs > 0 ? lifetimeMs : undefined }
}
