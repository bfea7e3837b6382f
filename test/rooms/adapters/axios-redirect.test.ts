import { AxiosHeaders } from 'axios'
import { describe, expect, it } from 'vitest'
import { leaveBehind } from '../../../src/adapters/axios-redirect.ts'

const hop = (url: string, sendsBody = true) => ({ url: new URL(url), method: 'POST', sendsBody })
const from = hop('https://a.test/here')

/** The names of what still goes along. */
function goingAlong(to: ReturnType<typeof hop>, config: object = {}): readonly string[] {
  const headers = new AxiosHeaders({
    authorization: 'fake',
    cookie: 'fake',
    host: 'a.test',
    'proxy-authorization': 'fake',
    'x-key': 'fake',
    'x-kept': 'yes',
    'content-type': 'text/plain',
    'content-length': '4',
  })
  leaveBehind(headers, { from, to, config })
  return Object.keys(headers).sort()
}

describe('what goes along on a redirect of axios', () => {
  it('is everything within one origin', () => {
    expect(goingAlong(hop('https://a.test/there'))).toHaveLength(8)
  })

  it.each(['https://b.test/', 'http://a.test/', 'https://a.test:8443/'])(
    'is nothing that was bound to the first origin, to %s',
    (url) => {
      expect(goingAlong(hop(url))).toEqual(['content-length', 'content-type', 'x-kept', 'x-key'])
    },
  )

  it('is nothing that the caller calls sensitive', () => {
    const kept = goingAlong(hop('https://b.test/'), { sensitiveHeaders: ['X-Key', 7] })
    expect(kept).toEqual(['content-length', 'content-type', 'x-kept'])
  })

  it('is nothing of a body that does not', () => {
    expect(goingAlong(hop('https://b.test/', false))).toEqual(['x-kept', 'x-key'])
  })
})
