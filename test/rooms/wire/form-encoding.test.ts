import { describe, expect, it } from 'vitest'
import { encodeForm, formEncode } from '../../../src/wire/form-encoding.ts'

describe('a value in a form', () => {
  it.each([
    ['aZ09-._~', 'aZ09-._~'],
    [' +&=%', '%20%2B%26%3D%25'],
    ["!'()*", '%21%27%28%29%2A'],
    [':/?#[]@', '%3A%2F%3F%23%5B%5D%40'],
    ['é€😀', '%C3%A9%E2%82%AC%F0%9F%98%80'],
  ])('%s is %s, which forms and URIs decode alike', (text, encoded) => {
    expect(formEncode(text)).toBe(encoded)
    expect(decodeURIComponent(encoded)).toBe(text)
    expect(new URLSearchParams(encodeForm([['x', text]])).get('x')).toBe(text)
  })
})
