import { manualClock, startAuthorizationServer } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { carefulSending } from '../../src/bearer/bearer-fetch.ts'
import { lazyPart } from '../../src/lazy-part.ts'
import { acquiringPart } from '../../src/manager-parts.ts'

describe('a part that is loaded on first use', () => {
  it('is loaded when it is asked for, once', async () => {
    let imports = 0
    const part = lazyPart(() => {
      imports += 1
      return Promise.resolve({ name: 'part' })
    })
    expect([part.loaded, imports]).toEqual([undefined, 0])
    const first = await part.load()
    expect(await part.load()).toBe(first)
    expect(part.loaded).toBe(first)
    expect(imports).toBe(1)
  })

  it('is tried again after a failure', async () => {
    const outcomes = [Promise.reject(new Error('the file is gone')), Promise.resolve('part')]
    const part = lazyPart(() => outcomes.shift() ?? Promise.resolve('another'))
    await expect(part.load()).rejects.toThrow('the file is gone')
    expect(part.loaded).toBeUndefined()
    expect(await part.load()).toBe('part')
  })

  it('can be provided by who has loaded it already', async () => {
    const part = lazyPart(() => Promise.resolve('loaded late'))
    part.provide('provided')
    expect(part.loaded).toBe('provided')
    expect(await part.load()).toBe('provided')
  })
})

describe('the test kit', () => {
  it.each([
    ['a clock that stands still', () => Promise.resolve(manualClock())],
    ['an authorization server', () => startAuthorizationServer()],
  ])('brings everything along, with %s', async (_, begin) => {
    acquiringPart.provide(undefined as never)
    carefulSending.provide(undefined as never)
    const begun = await begin()
    expect([acquiringPart.loaded, carefulSending.loaded]).not.toContain(undefined)
    if (Symbol.asyncDispose in begun) await begun[Symbol.asyncDispose]()
  })
})
