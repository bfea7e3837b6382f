import { AccessToken, isTokenError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import type { AcquireFor } from '../../../src/cache/cell-parts.ts'
import { newCounters } from '../../../src/cache/counters.ts'
import type { Acquired } from '../../../src/cache/holding.ts'
import { Ticks } from '../../../src/cache/ticks.ts'
import { TokenCell } from '../../../src/cache/token-cell.ts'
import { instantOf } from '../../../src/clock.ts'
import type { Clock } from '../../../src/clock.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { minutes, seconds } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

/** A cell whose acquisitions land, fail or hang as the test says; no network, no real time. */
function openCell(clock: Clock = manualClock(), random = () => 0) {
  const flights: {
    land: (text?: string, lifetimeMs?: number) => void
    fail: (e: unknown) => void
    signal: AbortSignal
  }[] = []
  const counters = newCounters()
  const parts = {
    clock,
    ticks: new Ticks(clock),
    random,
    ...{ windows: {}, acquireTimeoutMs: minutes(10) },
    counters,
    publish: () => undefined,
  }
  let throwing: Error | undefined
  const acquire: AcquireFor<string> = (_audience, { signal }) => {
    if (throwing !== undefined) throw throwing
    const startedAt = instantOf(clock)
    return new Promise<Acquired>((resolve, reject) => {
      flights.push({
        signal,
        fail: reject,
        land: (text = `fake-${flights.length}`, lifetimeMs = seconds(600)) => {
          const expiresAt = startedAt.wall + lifetimeMs
          const fields = { accessToken: text, tokenType: 'Bearer' as const, expiresAt, scopes: [] }
          resolve({ token: new AccessToken(fields), life: { startedAt, lifetimeMs } })
        },
      })
    })
  }
  const subjectOf = (audience: string) => ({ audience, scopes: [] })
  const cell = new TokenCell({ ...parts, acquire, subjectOf }, 'event')
  return {
    cell,
    flights,
    counters,
    throwNext: (error: Error | undefined) => {
      throwing = error
    },
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

async function holdingCell() {
  const clock = manualClock()
  const opened = openCell(clock)
  const first = opened.cell.get()
  opened.flights[0]?.land()
  return { ...opened, clock, held: await first }
}

describe('callers of one moment', () => {
  it('who ask for nothing special do not wait with those who do', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    clock.advance(seconds(500))
    const special = [1, 2, 3].map(() => cell.get({ minValidityMs: seconds(300) }))
    expect(await cell.get()).toBe(held)
    flights[1]?.land()
    expect(await Promise.all(special)).not.toContain(held)
  })

  it('do not join what has failed in the same moment', async () => {
    const { cell, flights } = openCell()
    const failed = [1, 2].map(() => rejectionOf(cell.get()))
    const forced = cell.get({ forceRenewal: true })
    flights[0]?.fail(new Error('nobody is there'))
    await Promise.all(failed)
    const last = cell.get()
    flights[1]?.land()
    expect(await last).toBe(await forced)
  })
})

describe('the cell’s table', () => {
  it('nothing held, no flight: starts one and waits', async () => {
    const { cell, flights } = openCell()
    const waiting = cell.get()
    expect(flights).toHaveLength(1)
    flights[0]?.land('fake-a')
    expect((await waiting).accessToken).toBe('fake-a')
  })

  it('nothing held, a flight under way: joins it', async () => {
    const { cell, flights } = openCell()
    const both = [cell.get(), cell.get()]
    flights[0]?.land()
    const [one, two] = await Promise.all(both)
    expect(one).toBe(two)
    expect(flights).toHaveLength(1)
  })

  it('past margin, no flight: starts one and waits', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    clock.advance(seconds(570))
    const waiting = cell.get()
    flights[1]?.land()
    expect(await waiting).not.toBe(held)
  })

  it('past margin, a renewal under way: joins it', async () => {
    const { cell, flights, clock } = await holdingCell()
    clock.advance(seconds(450))
    await cell.get()
    clock.advance(seconds(120))
    const waiting = cell.get()
    expect(flights).toHaveLength(2)
    flights[1]?.land()
    await expect(waiting).resolves.toBeDefined()
  })

  it('due, no flight: starts one behind the caller and answers now', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    clock.advance(seconds(450))
    expect(await cell.get()).toBe(held)
    expect(flights).toHaveLength(2)
  })

  it('due, a flight under way: answers now', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    clock.advance(seconds(450))
    await cell.get()
    expect(await cell.get()).toBe(held)
    expect(flights).toHaveLength(2)
  })

  it('fresh: answers now, with the same promise for every hit', async () => {
    const { cell, flights } = await holdingCell()
    expect(cell.get()).toBe(cell.get())
    expect(flights).toHaveLength(1)
  })
})

describe('a flight that is no longer the current one', () => {
  it('neither writes nor clears after its last waiter left', async () => {
    const { cell, flights } = openCell()
    const controller = new AbortController()
    const leaving = rejectionOf(cell.get({ signal: controller.signal }))
    controller.abort()
    await leaving
    expect(flights[0]?.signal.aborted).toBe(true)
    const next = cell.get()
    flights[0]?.land('fake-late')
    await settle()
    expect(cell.isFlying).toBe(true)
    flights[1]?.land('fake-current')
    expect((await next).accessToken).toBe('fake-current')
  })

  it('writes nothing after close', async () => {
    const { cell, flights } = openCell()
    const waiting = rejectionOf(cell.get())
    cell.close()
    flights[0]?.land()
    expect(await waiting).toMatchObject({ code: 'manager_closed' })
    await settle()
    expect(await rejectionOf(cell.get())).toMatchObject({ code: 'manager_closed' })
  })
})

describe('a caller who needs more than is held', () => {
  it('keeps the pause of a passing fault, and the others keep the held token', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    clock.advance(seconds(100))
    const longer = () => cell.get({ minValidityMs: seconds(550) })
    const waiting = rejectionOf(longer())
    const fault = new Error('a passing fault')
    flights[1]?.fail(fault)
    expect(await waiting).toBe(fault)
    expect(await rejectionOf(longer())).toBe(fault)
    expect(await cell.get()).toBe(held)
    expect(flights).toHaveLength(2)
    clock.advance(100)
    const later = longer()
    expect(flights).toHaveLength(3)
    flights[2]?.land()
    await expect(later).resolves.toBeDefined()
  })
})

describe('a call whose signal is aborted', () => {
  it('rejects with its reason and begins nothing, whether or not a token is held', async () => {
    const reason = new Error('too late')
    const signal = AbortSignal.abort(reason)
    const cold = openCell()
    expect(await rejectionOf(cold.cell.get({ signal }))).toBe(reason)
    expect(cold.flights).toHaveLength(0)
    const warm = await holdingCell()
    expect(await rejectionOf(warm.cell.get({ signal }))).toBe(reason)
    expect(warm.counters.hits).toBe(0)
  })
})

describe('a synchronous throw', () => {
  it('from acquire frees the slot', async () => {
    const clock = manualClock()
    const { cell, flights, throwNext } = openCell(clock)
    const error = new Error('at once')
    throwNext(error)
    expect(await rejectionOf(cell.get())).toBe(error)
    throwNext(undefined)
    clock.advance(100)
    const next = cell.get()
    flights[0]?.land()
    await expect(next).resolves.toBeDefined()
  })

  it('from the clock rejects or frees, and never hangs', async () => {
    const clock = manualClock()
    let broken = false
    const guarded: Clock = {
      ...clock,
      now: () => {
        if (broken) throw new Error('no time')
        return clock.now()
      },
    }
    const { cell, flights } = openCell(guarded)
    const waiting = cell.get()
    broken = true
    flights[0]?.land()
    expect(await rejectionOf(waiting)).toMatchObject({ message: 'no time' })
    expect(cell.isFlying).toBe(false)
    broken = false
    const next = cell.get()
    flights[1]?.land()
    await expect(next).resolves.toBeDefined()
  })

  it('from the dice frees the slot', async () => {
    let broken = true
    const { cell, flights } = openCell(manualClock(), () => {
      if (broken) throw new Error('no luck')
      return 0
    })
    const waiting = cell.get()
    flights[0]?.land()
    expect(await rejectionOf(waiting)).toMatchObject({ message: 'no luck' })
    broken = false
    const next = cell.get()
    flights[1]?.land()
    await expect(next).resolves.toBeDefined()
  })
})

describe('a token that the server issues again after it was rejected', () => {
  it('is handed out, but not asked for again at every rejection', async () => {
    const { cell, flights, clock, held } = await holdingCell()
    const again = async (number: number) => {
      const waiting = cell.get()
      flights[number]?.land(held.accessToken)
      await waiting
    }
    expect(cell.invalidate(held)).toBe(true)
    await again(1)
    expect(cell.invalidate(held)).toBe(false)
    clock.advance(99)
    expect(cell.invalidate(held)).toBe(false)
    clock.advance(1)
    expect(cell.invalidate(held)).toBe(true)
    await again(2)
    clock.advance(199)
    expect(cell.invalidate(held)).toBe(false)
    clock.advance(1)
    expect(cell.invalidate(held)).toBe(true)
    const fresh = cell.get()
    flights[3]?.land('fake-other')
    expect(cell.invalidate((await fresh).accessToken)).toBe(true)
  })
})

describe('an error that is none of ours', () => {
  it('is passed on as it is, and remembered like a passing fault', async () => {
    const clock = manualClock()
    const { cell, flights } = openCell(clock)
    const waiting = rejectionOf(cell.get())
    flights[0]?.fail('a string')
    expect(await waiting).toBe('a string')
    expect(isTokenError(await waiting)).toBe(false)
    expect(await rejectionOf(cell.get())).toBe('a string')
    clock.advance(100)
    void cell.get().catch(() => undefined)
    expect(flights).toHaveLength(2)
  })
})
