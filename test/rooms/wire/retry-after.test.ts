import { describe, expect, it } from 'vitest'
import { dateMs, retryAfterMs } from '../../../src/wire/retry-after.ts'

const now = Date.UTC(2030, 0, 1)
const in90s = new Date(now + 90_000).toUTCString()
const skewed = new Date(now + 60_000).toUTCString()

describe('the time that a server asks for', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': ' 120 ' }, 120_000],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after': '0' }, 1_000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '99999999999999999999' }, 3_600_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '120 seconds' }, undefined],
    [{ 'retry-after': '2' + ' '.repeat(5) + '3' }, undefined],
    [{ 'retry-after': in90s }, 90_000],
    [{ 'retry-after': in90s, date: skewed }, 30_000],
    [{ 'retry-after': 'Tue, 01 Jan 1980 00:00:00 GMT' }, 1_000],
    [{ 'x-rate-limit-reset': String(now / 1000 + 45) }, 45_000],
    [{ 'x-rate-limit-reset': String(now / 1000 + 90), date: skewed }, 30_000],
    [{ 'x-rate-limit-reset': 'x' }, undefined],
    [{ 'retry-after': '5', 'x-rate-limit-reset': String(now / 1000 + 45) }, 5_000],
  ])('%j is %s ms', (headers, expected) => {
    expect(retryAfterMs({ status: 429, headers: new Headers(headers) }, now)).toBe(expected)
  })
})

describe('a status that asks nobody to wait', () => {
  it.each([400, 401, 500, 502, 504])('%d is not read for a time', (status) => {
    const headers = new Headers({ 'retry-after': '60', 'x-rate-limit-reset': '9999999999' })
    expect(retryAfterMs({ status, headers }, now)).toBeUndefined()
  })

  it('503 is, but not for its limits', () => {
    const limits = { 'x-rate-limit-reset': String(now / 1000 + 45) }
    expect(retryAfterMs({ status: 503, headers: new Headers(limits) }, now)).toBeUndefined()
    const both = new Headers({ ...limits, 'retry-after': '60' })
    expect(retryAfterMs({ status: 503, headers: both }, now)).toBe(60_000)
  })
})

describe('an HTTP date', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', 784_111_777_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 784_111_777_000],
    ['2030', undefined],
    ['1', undefined],
    ['Monday, the 5th', undefined],
    ['Mon, ' + '9'.repeat(100), undefined],
  ])('%s is %s', (text, expected) => {
    expect(dateMs(text)).toBe(expected)
  })
})
