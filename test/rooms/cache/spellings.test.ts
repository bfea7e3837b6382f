import { describe, expect, it } from 'vitest'
import { Spellings } from '../../../src/cache/spellings.ts'

const cell = (name: string) => ({ name, evicted: false })

describe('a spelling', () => {
  it('is found letter for letter', () => {
    const spellings = new Spellings<ReturnType<typeof cell>>(10)
    const [list, text, none] = [cell('list'), cell('text'), cell('none')]
    spellings.remember('a', ['x', 'y'], list)
    spellings.remember('a', 'x y', text)
    spellings.remember('a', undefined, none)
    expect(spellings.find('a', ['x', 'y'])).toBe(list)
    expect(spellings.find('a', 'x y')).toBe(text)
    expect(spellings.find('a', undefined)).toBe(none)
    for (const other of [['y', 'x'], ['x'], ['x', 'z'], ['x', 'y', 'z'], 'y x', '', null, [], 7]) {
      expect(spellings.find('a', other)).toBeUndefined()
    }
    expect(spellings.find('b', ['x', 'y'])).toBeUndefined()
    expect(spellings.find({ audience: 'a' }, undefined)).toBeUndefined()
  })

  it('stays what it was when the caller’s array changes', () => {
    const spellings = new Spellings<ReturnType<typeof cell>>(10)
    const scopes = ['x']
    spellings.remember('a', scopes, cell('x'))
    scopes[0] = 'admin'
    expect(spellings.find('a', ['admin'])).toBeUndefined()
    expect(spellings.find('a', ['x'])?.name).toBe('x')
  })

  it('of a cell that has left is not used, and makes room for the next', () => {
    const spellings = new Spellings<ReturnType<typeof cell>>(10)
    const [gone, next] = [cell('gone'), cell('next')]
    spellings.remember('a', ['x'], gone)
    gone.evicted = true
    expect(spellings.find('a', ['x'])).toBeUndefined()
    spellings.remember('a', ['x'], next)
    expect(spellings.find('a', ['x'])).toBe(next)
  })

  it('is not remembered without end', () => {
    const spellings = new Spellings<ReturnType<typeof cell>>(10)
    for (let at = 0; at < 100; at += 1) spellings.remember('a', [`x${at}`], cell(`x${at}`))
    expect(spellings.find('a', ['x0'])).toBeUndefined()
    expect(spellings.find('a', ['x99'])?.name).toBe('x99')
    for (let at = 0; at < 11; at += 1) spellings.remember(`b${at}`, undefined, cell('b'))
    expect(spellings.find('b0', undefined)).toBeUndefined()
    spellings.remember('c', Array.from({ length: 33 }, String), cell('long'))
    expect(spellings.find('c', Array.from({ length: 33 }, String))).toBeUndefined()
    spellings.remember('d', [1 as unknown as string], cell('number'))
    expect(spellings.find('d', [1])).toBeUndefined()
  })
})
