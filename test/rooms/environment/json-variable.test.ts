import { describe, expect, it } from 'vitest'
import { parseJsonVariable } from '../../../src/environment/json-variable.ts'

describe('JSON in a variable', () => {
  it('is an object’s members', () => {
    expect(parseJsonVariable(' {"a": [1]} ')).toEqual({ members: { a: [1] } })
  })

  it.each([
    ['{', 'it ends too early, at character 1;'],
    ['{"a":', 'it ends too early, at character 5;'],
    ['{"a":"fake', 'it ends too early, at character 10;'],
    ["{'a':1}", 'look at character 2;'],
    ['{"a":fake}', 'look at character 8;'],
    ['fake-secret', 'look at character 3;'],
    ['{"a":1,}', 'look at character 8;'],
    ['{"a" 1}', 'look at character 6;'],
    ['{"a":1} fake', 'look at character 9;'],
    ['{"a":"\\q"}', 'look at character 8;'],
    ['{"in JSON at position 99 (line 1 column 1)":?}', 'look at character 45;'],
    [`{"${'long '.repeat(40)}":?,"more":1}`, 'look at character 205;'],
  ])('that is none says where, and not what is there: %s', (text, where) => {
    const { problem } = parseJsonVariable(text)
    expect(problem).toContain(`is not JSON: ${where}`)
    expect(problem).not.toContain('fake')
  })

  it.each([
    ['null', 'null'],
    ['["fake"]', 'an array'],
    ['"fake"', 'a string'],
    ['7', 'a number'],
  ])('that is no object is refused by its kind: %s', (text, kind) => {
    expect(parseJsonVariable(text)).toEqual({ problem: `must be a JSON object, not ${kind}` })
  })
})
