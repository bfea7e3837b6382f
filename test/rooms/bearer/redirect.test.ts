import { describe, expect, it } from 'vitest'
import { nextHop } from '../../../src/bearer/redirect.ts'

const from = { url: new URL('https://a.test/x?y#z'), method: 'POST', sendsBody: true }

describe('a redirect', () => {
  it.each([
    [301, 'POST', 'GET', false],
    [302, 'POST', 'GET', false],
    [303, 'POST', 'GET', false],
    [303, 'PUT', 'GET', false],
    [303, 'HEAD', 'HEAD', true],
    [303, 'GET', 'GET', true],
    [301, 'PUT', 'PUT', true],
    [302, 'DELETE', 'DELETE', true],
    [307, 'POST', 'POST', true],
    [308, 'POST', 'POST', true],
  ])('%d of a %s becomes a %s, its body goes along: %o', (status, method, next, sendsBody) => {
    const hop = nextHop({ ...from, method }, status, '/there')
    expect(hop).toMatchObject({ method: next, sendsBody })
    expect(hop?.url.href).toBe('https://a.test/there#z')
  })

  it.each([
    [200, '/there'],
    [300, '/there'],
    [304, '/there'],
    [302, null],
    [302, 'https://'],
    [302, 'javascript:x'],
    [302, 'file:///etc'],
    [302, 'https://user:fake@b.test/'],
  ])('%d to %o is not followed', (status, location) => {
    expect(nextHop(from, status, location)).toBeUndefined()
  })

  it('keeps its own fragment, and may change the origin', () => {
    expect(nextHop(from, 302, 'https://b.test/#own')?.url.href).toBe('https://b.test/#own')
    expect(nextHop(from, 302, '//b.test/p')?.url.href).toBe('https://b.test/p#z')
  })
})
