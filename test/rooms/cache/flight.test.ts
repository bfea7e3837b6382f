import { getEventListeners } from 'node:events'
import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { Departures } from '../../../src/cache/departures.ts'
import type { Acquired } from '../../../src/cache/holding.ts'
import { Flight } from '../../../src/cache/flight.ts'
import { instantOf } from '../../../src/clock.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/start.ts'

const tokenOf = (accessToken: string) =>
  new AccessToken({ accessToken, tokenType: 'Bearer', expiresAt: 0, scopes: [] })
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** The flights of one key, ended by hand; what arrives is written down. */
function departing() {
  const clock = manualClock()
  const begun: {
    readonly signal: AbortSignal
    readonly bring: (text: string) => void
    readonly fail: (error: unknown) => void
  }[] = []
  const landed: string[] = []
  const failed: unknown[] = []
  const departures = new Departures(
    clock,
    ({ signal }) =>
      new Promise<Acquired>((resolve, reject) => {
        const life = { startedAt: instantOf(clock), lifetimeMs: 1 }
        const bring = (text: string) => {
          resolve({ token: tokenOf(text), life })
        }
        begun.push({ signal, bring, fail: reject })
      }),
    {
      land: (flight, { token }) => {
        landed.push(token.accessToken)
        departures.clear(flight)
        flight.land(token)
        departures.overtake(flight, token)
      },
      fail: (error) => {
        failed.push(error)
      },
      idle: () => undefined,
      landed: 0,
      known: () => ({ held: undefined, rejected: undefined }),
    },
  )
  const force = () => departures.force(() => undefined)
  return { clock, departures, force, begun, landed, failed }
}

describe('a flight that has ended', () => {
  it('keeps no process alive for who joins it all the same', async () => {
    const clock = manualClock()
    const flight = new Flight('foreground', clock, () => undefined)
    flight.abandon(new Error('closed while it was announced'))
    await rejectionOf(flight.join())
    expect(clock.pending).toBe(0)
  })
})

describe('a caller’s signal', () => {
  it('has no listener of ours after the call has ended', async () => {
    const { departures, begun } = departing()
    const { signal } = new AbortController()
    const waiting = departures.start('foreground').join(signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await settle()
    begun[0]?.bring('fake-a')
    await waiting
    await settle()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('a flight that has ended', () => {
  it.each<[string, (flight: Flight) => void]>([
    [
      'landed',
      (flight) => {
        flight.land(tokenOf('fake-a'))
      },
    ],
    [
      'failed',
      (flight) => {
        flight.fail(new Error('x'))
      },
    ],
    [
      'was abandoned',
      (flight) => {
        flight.abandon(new Error('x'))
      },
    ],
  ])('because it %s keeps no timer', (_how, end) => {
    const clock = manualClock()
    const flight = new Flight('foreground', clock, () => undefined)
    flight.join().catch(() => undefined)
    expect(clock.pending).toBe(1)
    end(flight)
    expect(clock.pending).toBe(0)
  })

  it('because all callers left keeps no timer, also where it goes on behind them', () => {
    const clock = manualClock()
    const flight = new Flight('background', clock, () => undefined)
    const controller = new AbortController()
    flight.join(controller.signal).catch(() => undefined)
    controller.abort()
    expect(clock.pending).toBe(0)
    expect(flight.active).toBe(true)
  })
})

describe('an acquisition that nobody needs any more', () => {
  it('is told to stop when a later one has landed', async () => {
    const { departures, force, begun } = departing()
    const older = departures.start('foreground').join()
    const newer = force().join()
    await settle()
    begun[1]?.bring('fake-newer')
    expect((await newer).accessToken).toBe('fake-newer')
    expect((await older).accessToken).toBe('fake-newer')
    expect(begun.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })

  it('is not told to stop by an earlier one that lands', async () => {
    const { departures, force, begun } = departing()
    const older = departures.start('foreground').join()
    const newer = force().join()
    await settle()
    begun[0]?.bring('fake-older')
    expect((await older).accessToken).toBe('fake-older')
    expect(begun[1]?.signal.aborted).toBe(false)
    begun[1]?.bring('fake-newer')
    expect((await newer).accessToken).toBe('fake-newer')
  })

  it('is not one that departed after the flight that lands', async () => {
    const { departures, force, begun } = departing()
    const forced = force().join()
    await settle()
    const later = departures.start('foreground').join()
    begun[0]?.bring('fake-forced')
    expect((await forced).accessToken).toBe('fake-forced')
    expect(begun[1]?.signal.aborted).toBe(false)
    begun[1]?.bring('fake-later')
    expect((await later).accessToken).toBe('fake-later')
  })

  it('is told to stop by close, and neither lands nor fails afterwards', async () => {
    const { departures, begun, landed, failed } = departing()
    const waiting = [
      departures.start('foreground').join(),
      departures.force(() => undefined).join(),
    ]
    const rejections = waiting.map((call) => rejectionOf(call))
    await settle()
    const reason = new Error('closed')
    departures.abandonAll(reason)
    expect(begun.every(({ signal }) => signal.aborted)).toBe(true)
    for (const rejection of rejections) expect(await rejection).toBe(reason)
    begun[0]?.bring('fake-late')
    begun[1]?.fail(new Error('late'))
    await settle()
    expect([landed, failed]).toEqual([[], []])
  })
})

describe('a forced flight that waits for its turn', () => {
  it('departs after the failure of the one before it', async () => {
    const { force, begun } = departing()
    const first = rejectionOf(force().join())
    await settle()
    const second = force().join()
    expect(begun).toHaveLength(1)
    begun[0]?.fail(new Error('x'))
    await first
    await settle()
    expect(begun).toHaveLength(2)
    begun[1]?.bring('fake-b')
    expect((await second).accessToken).toBe('fake-b')
  })

  it('may be shared, and one that has begun may not', async () => {
    const { departures, force, begun } = departing()
    const first = force()
    expect(departures.boarding).toBe(first)
    await settle()
    expect(begun).toHaveLength(1)
    expect(departures.boarding).toBeUndefined()
    const second = force()
    expect(departures.boarding).toBe(second)
  })
})
