/** A call that is watched: whatever the watching meets, its answer is the one it has unwatched. */
import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { watched } from '../../../src/cache/answer-watch.ts'
import { newCounters } from '../../../src/cache/counters.ts'
import type { TokenEvents } from '../../../src/index.ts'
import { manualClock, startOfTime } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/start.ts'

const token = new AccessToken({
  accessToken: 'fake',
  tokenType: 'Bearer',
  expiresAt: startOfTime + 1_000,
  scopes: [],
})

/** A cell that holds nothing, and what is told of its calls. */
function cellWith(clock: ReturnType<typeof manualClock>) {
  const told: TokenEvents['answered'][] = []
  const publish = (_name: string, message: () => unknown) => {
    told.push(message() as TokenEvents['answered'])
  }
  const cell = {
    parts: { clock, counters: newCounters(), publish },
    subject: { audience: 'event', scopes: [] },
    flights: { boarding: undefined, underWay: undefined },
    holding: { current: undefined },
  }
  return { cell, told }
}

describe('a clock that throws', () => {
  const broken = () => {
    throw new Error('of the user’s own')
  }

  it('takes no answer away, and nothing is told', async () => {
    const { cell, told } = cellWith({ ...manualClock(), now: broken, monotonic: broken })
    const answer = Promise.resolve(token)
    expect(watched(cell, undefined, () => answer)).toBe(answer)
    await answer
    expect(told).toEqual([])
  })

  it('changes no error', async () => {
    const { cell } = cellWith({ ...manualClock(), now: broken, monotonic: broken })
    const error = new Error('the answer')
    const answer = watched(cell, undefined, () => Promise.reject(error))
    expect(await rejectionOf(answer)).toBe(error)
  })
})

describe('an error that is not ours', () => {
  it('is unexpected, and aborted only where it is the reason of the caller’s own signal', async () => {
    const { cell, told } = cellWith(manualClock())
    const leaving = AbortSignal.abort(new Error('left'))
    const errors = [new Error('other'), leaving.reason as Error]
    for (const error of errors) {
      await rejectionOf(watched(cell, { signal: leaving }, () => Promise.reject(error)))
    }
    expect(told.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['refused', 'unexpected'],
      ['refused', 'aborted'],
    ])
  })
})
