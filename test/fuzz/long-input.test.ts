import {
  createAudienceMap,
  readsOneWay,
  withoutCredentials,
} from '../../src/bearer/audience-map.ts'
import { parseChallenges, TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { parseTokenRequest } from '../../src/request/token-request.ts'
import { cacheKey } from '../../src/request/cache-key.ts'
import { parseSecureUrl } from '../../src/secure-url.ts'
import { encodeForm } from '../../src/wire/form-encoding.ts'
import { jwtPayload } from '../../src/wire/jwt-payload.ts'
import { oneLine, quote, safeCause } from '../../src/wire/quoted-text.ts'
import { retryAfterMs } from '../../src/wire/retry-after.ts'
import { createDiscovery } from '../../src/wire/server-metadata.ts'
import { secondsOf } from '../../src/wire/token-lifetime.ts'
import { parseTokenResponse } from '../../src/wire/token-response.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { lengths, packageErrorOf, packageRejectionOf } from './hostile.ts'

// A parser whose work grew with the square of its input would need ten seconds for the hundred
// thousand and minutes for the million, so each text has a limit that linear work, on the slowest
// machine, is nowhere near. Backtracking only happens where a repetition is followed by something
// else: the parts are tried with such an ending at every length, the first of them without.
const parts = [
  ...['x', 'a=', ' ', '%25', '"', '\\"', '1', '[[', 'Bearer,', 'eyJ', '/', '..', '\\', 'a="', '='],
  ...[',', '\t', '{"a":', '%2e', ';', '@', '.', 'a ', '\u0000', '1.', '😀', '\ud800', '<', 'a="\\'],
  ...['fake-secre', '%c0%ae', '%u002e', '-', '\n', '%', '%2', '%2f', ':', '?', '#', '[', '{', ', '],
  ...['a=b,', 'a =', 'Bearer ', 'é', '\u202e', '<a', '<!--', '</', 'access_token', 'fake-secret'],
  ...['GMT ', 'Mon, ', '00:', '1 ', '+', '_', 'a.b.', '&', '&amp;', '\r\n', 'a-b/c+'],
]
const repeated = {
  1_000: { ended: parts, open: parts },
  10_000: { ended: parts, open: parts.slice(0, 15) },
  100_000: { ended: parts.slice(0, 30), open: parts.slice(0, 3) },
  1_000_000: { ended: parts.slice(0, 6), open: parts.slice(0, 1) },
}
const limitMs = 5_000
const question = {
  audience: 'event',
  scopes: [],
  endpoint: 'https://auth.test/token',
  secrets: ['fake-secret'],
  startedWallMs: 0,
  defaultLifetimeMs: 300_000,
}
const insecure = { option: 'resources', allowInsecureHttp: true }

function readResponse(status: number, body: string, header = ''): void {
  const answer = { status, headers: { get: () => header }, body }
  packageErrorOf(() => parseTokenResponse(answer, question))
}

/** `canParse` says yes to some hosts that the constructor finds too long. */
function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const readers: Readonly<Record<string, (text: string) => void>> = {
  'the body of a token response': (text) => {
    for (const status of [200, 400, 503]) readResponse(status, text)
  },
  'the members of a token response': (text) => {
    const members = { token_type: text, expires_in: text, scope: text, refresh_in: text }
    readResponse(200, JSON.stringify({ ...members, access_token: `${some.jwt({})}${text}` }))
    readResponse(200, JSON.stringify({ ...members, access_token: 'a', token_type: 'Bearer' }))
    readResponse(400, JSON.stringify({ error: text, error_description: text }))
  },
  'the headers of a token response': (text) => {
    readResponse(429, '{}', text)
  },
  'a time': (text) => {
    secondsOf(text)
    retryAfterMs({ status: 429, headers: { get: () => text } }, 0)
  },
  'a JWT': (text) => {
    for (const token of [text, `${text}.${text}.${text}`, `e30.${text}.x`]) jwtPayload(token)
  },
  'a WWW-Authenticate header': (text) => {
    for (const header of [text, `Bearer ${text}`, `Bearer a="${text}`]) parseChallenges(header)
  },
  'a URL and its path': (text) => {
    // The map reads a path the same way; a million characters are read once.
    if (text.length < 500_000) readsOneWay(text)
    withoutCredentials(`https://${text}`)
    const map = createAudienceMap([['https://gw.test/api', true]], insecure)
    const below = parsedUrl(`https://gw.test/api/${text}`)
    if (below !== undefined) map.find(below)
    // Above, most of the time would be Node's own, which reads each of them six times.
    if (text.length > 20_000) return
    for (const url of [text, `https://${text}`, `https://gw.test/api/${text}`]) {
      parseSecureUrl(url, { allowInsecureHttp: true })
      packageErrorOf(() => createAudienceMap([[url, true]], insecure))
      const parsed = parsedUrl(url)
      if (parsed !== undefined) map.find(parsed)
    }
  },
  'a text that is quoted': (text) => {
    for (const line of [quote(text, ['fake-secret', text.slice(0, 1_000)]), oneLine(text)]) {
      expect(line?.length ?? 0).toBeLessThanOrEqual(200)
    }
    safeCause(Object.assign(new Error(text), { code: text, name: text }), ['fake-secret'])
  },
  'a token request': (text) => {
    packageErrorOf(() => {
      const parameters = { [text.replace(/\p{C}/gu, '')]: text.toWellFormed() }
      const request = parseTokenRequest({ parameters })
      cacheKey('', request)
      encodeForm(request.parameters)
    })
    for (const name of ['audience', 'scopes', 'resource', 'parameters', text]) {
      const error = packageErrorOf(() => cacheKey('', parseTokenRequest({ [name]: text })))
      expect(error?.message.length ?? 0).toBeLessThan(1_000)
    }
  },
  options: (text) => {
    for (const name of ['issuer', 'tokenEndpoint', 'clientSecret', 'unlistedOrigins', text]) {
      const options = { ...some.options(), [name]: text }
      const error = packageErrorOf(() => new TokenManager(options))
      expect(error?.message.length ?? 0).toBeLessThan(1_000)
    }
  },
}

function grown(length: keyof typeof repeated): readonly string[] {
  const { ended, open } = repeated[length]
  const grow = (part: string) => part.repeat(Math.ceil(length / part.length))
  return [...ended.map((part) => `${grow(part)}!`), ...open.map(grow)]
}

async function inTime(text: string, read: () => void | Promise<void>): Promise<void> {
  // Time of the processor, not of the clock: other work on the machine is not ours to pay for.
  const before = process.cpuUsage()
  await read()
  const tookMs = process.cpuUsage(before).user / 1_000
  expect(tookMs, `${text.length} times ${text.slice(0, 20)}`).toBeLessThan(limitMs)
}

describe.each(Object.entries(readers))('%s', (_name, read) => {
  it.each(lengths)('of %d characters is read to its end, whatever it repeats', async (length) => {
    for (const text of grown(length)) {
      await inTime(text, () => {
        read(text)
      })
    }
  })
})

describe('a discovery document', () => {
  it.each(lengths)('of %d characters is read to its end, whatever it repeats', async (length) => {
    for (const text of grown(length)) await inTime(text, () => discoverFrom(text))
  })
})

async function discoverFrom(text: string): Promise<void> {
  const named = { issuer: text, token_endpoint: text }
  const pointing = { issuer: 'https://auth.test', token_endpoint: `http://${text}` }
  const bodies = [JSON.stringify(pointing), text, JSON.stringify(named)]
  // An issuer is compared before anything is made of it: above, the endpoint alone is read.
  for (const body of text.length > 20_000 ? bodies.slice(0, 1) : bodies) {
    const discover = createDiscovery({
      issuer: 'https://auth.test',
      fetch: () => () => Promise.resolve(new Response(body)),
      clock: manualClock(),
      timeLimitMs: 5_000,
      allowInsecureHttp: false,
      signal: new AbortController().signal,
    })
    const error = await packageRejectionOf(discover())
    expect(error?.name).toBe('MetadataError')
    expect(error?.message.length).toBeLessThan(1_000)
  }
}
