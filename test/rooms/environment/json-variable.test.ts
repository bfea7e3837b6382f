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
    ['{"a":1,"a":2}', 'look at character 8;'],
    ['{"x":{"a":"}","b":1,"\\u0061":2}}', 'look at character 21;'],
  ])('that names a member twice says where: %s', (text, where) => {
    const { problem } = parseJsonVariable(text)
    expect(problem).toContain(`names the same member twice: ${where}`)
  })

  it.each(['{"a":{"b":1},"b":"a","c":{"b":"\\":"}}', '{"a":"a","b":["a","a",{"a":1},{"a":1}]}'])(
    'may name a member again in another object, or as a value: %s',
    (text) => {
      expect(parseJsonVariable(text)).toEqual({ members: JSON.parse(text) as unknown })
    },
  )

  it.each([
    ['null', 'null'],
    ['["fake"]', 'an array'],
    ['"fake"', 'a string'],
    ['7', 'a number'],
  ])('that is no object is refused by its kind: %s', (text, kind) => {
    expect(parseJsonVariable(text)).toEqual({ problem: `must be a JSON object, not ${kind}` })
  })
})
