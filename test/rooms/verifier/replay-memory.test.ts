import { describe, expect, it } from 'vitest'
import { ReplayMemory } from '../../../src/verifier/replay-memory.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'

function start({ maxEntries = 6, maxPerOwner = 3 } = {}) {
  const clock = manualClock()
  const memory = new ReplayMemory({ clock, windowMs: seconds(70), maxEntries, maxPerOwner })
  return { clock, memory, use: (owner: string, ...ids: string[]) => firsts(memory, owner, ids) }
}

const firsts = (memory: ReplayMemory, owner: string, ids: readonly string[]) =>
  ids.map((id) => memory.isFirst(owner, id))

describe('a proof that was used', () => {
  it('is known to the end of its window, and not longer', () => {
    const { clock, memory } = start()
    expect(memory.isFirst('me', 'a')).toBe(true)
    clock.advance(seconds(70))
    expect(memory.isFirst('me', 'a')).toBe(false)
    clock.advance(1)
    expect(memory.isFirst('me', 'a')).toBe(true)
  })

  it('is not forgotten by a clock that was set, in either direction', () => {
    const { clock, memory } = start()
    memory.isFirst('me', 'a')
    clock.suspend(seconds(3600))
    expect(memory.isFirst('me', 'a')).toBe(false)
    clock.suspend(-seconds(7200))
    clock.advance(seconds(3600))
    expect(memory.isFirst('me', 'a')).toBe(false)
  })

  it('is not that of another owner', () => {
    const { use } = start()
    expect(use('me', 'a')).toEqual([true])
    expect(use('you', 'a')).toEqual([true])
  })
})

describe('an owner who sends very many', () => {
  it('has its own oldest forgotten, and none for one that is known', () => {
    const { use } = start()
    expect(use('me', 'a', 'b', 'c')).toEqual([true, true, true])
    expect(use('me', 'c', 'b', 'a', 'a')).toEqual([false, false, false, false])
    expect(use('me', 'd')).toEqual([true])
    expect(use('me', 'b', 'c', 'd')).toEqual([false, false, false])
    expect(use('me', 'a')).toEqual([true])
  })

  it('does not get those of others forgotten, however many', () => {
    const { use } = start()
    use('victim', 'stolen')
    for (let at = 0; at < 100; at += 1) use('thief', `flood-${at}`)
    expect(use('victim', 'stolen')).toEqual([false])
  })

  it('does not with several keys either, while the others have less than their share', () => {
    const { use } = start({ maxEntries: 9 })
    use('victim', 'stolen')
    for (let at = 0; at < 100; at += 1) {
      for (const key of ['one', 'two', 'three', 'four']) use(`thief-${key}`, `flood-${at}`)
    }
    expect(use('victim', 'stolen')).toEqual([false])
  })

  it('has a count that goes down again with time', () => {
    const { clock, use } = start()
    use('me', 'a', 'b')
    clock.advance(seconds(70) + 1)
    use('me', 'c', 'd')
    expect(use('me', 'e', 'c', 'd')).toEqual([true, false, false])
  })
})

describe('a memory that is full', () => {
  it('lets the oldest go for somebody who has nothing in it', () => {
    const { use } = start({ maxEntries: 3 })
    for (const owner of ['one', 'two', 'three', 'four']) expect(use(owner, 'a')).toEqual([true])
    for (const owner of ['two', 'three', 'four']) expect(use(owner, 'a')).toEqual([false])
    expect(use('one', 'a')).toEqual([true])
  })
})
