import {
  ClientAuthenticationError,
  MetadataError,
  TokenEndpointError,
  TokenUnavailableError,
} from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { bindsCallers, callerPauseMs, renewalPauseMs } from '../../../src/cache/cool-down.ts'
import { minutes, seconds } from '../../support/some.ts'

const endpoint = (code: TokenEndpointError['code'], retryAfterMs?: number) =>
  new TokenEndpointError(code, 'x', { status: 400, retryAfterMs })

describe('the pause for callers', () => {
  it.each<[string, unknown, readonly [number, number], number, boolean]>([
    ['a refusal', endpoint('token_endpoint_refused'), [1, 0], 1_000, true],
    ['a refusal, unlucky', endpoint('token_endpoint_refused'), [9, 1], 5_000, true],
    ['a redirect', endpoint('token_endpoint_redirected'), [1, 0.5], 3_000, true],
    ['an odd answer', endpoint('token_response_invalid'), [1, 0], 1_000, true],
    ['foreign metadata', new MetadataError('metadata_invalid', 'x'), [1, 0], 1_000, true],
    ['a first 5xx', endpoint('token_endpoint_failed'), [1, 0], 100, false],
    ['a fourth 5xx', endpoint('token_endpoint_failed'), [4, 1], 800, false],
    ['a hundredth 5xx', endpoint('token_endpoint_failed'), [100, 0], 10_000, false],
    ['a 5xx that says when', endpoint('token_endpoint_failed', 7_000), [1, 0], 7_000, true],
    ['a 429', endpoint('token_endpoint_throttled'), [1, 0], 1_000, false],
    ['a sixth 429', endpoint('token_endpoint_throttled'), [6, 0], 3_200, false],
    ['a 429 that says when', endpoint('token_endpoint_throttled', 5e6), [1, 0], minutes(60), true],
    ['no answer', new TokenUnavailableError('token_endpoint_unreachable', 'x'), [2, 0], 200, false],
    [
      'no secret',
      new ClientAuthenticationError('client_secret_unavailable', 'x'),
      [1, 0],
      100,
      false,
    ],
    ['something else', new Error('x'), [3, 0], 400, false],
    ['nothing at all', undefined, [1, 0], 100, false],
  ])('after %s', (_case, error, [failures, dice], pauseMs, binds) => {
    expect(callerPauseMs(error, failures, dice)).toBe(pauseMs)
    expect(bindsCallers(error)).toBe(binds)
  })
})

describe('the pause for renewals behind callers', () => {
  it.each([
    [minutes(60), 0, minutes(5)],
    [minutes(60), 1, minutes(10)],
    [minutes(4), 0, minutes(1)],
    [seconds(4), 1, seconds(1)],
    [seconds(1), 1, seconds(1)],
    [0, 0, seconds(1)],
  ])('with %d ms left and dice %d is %d ms', (remaining, dice, pauseMs) => {
    expect(renewalPauseMs(remaining, dice)).toBe(pauseMs)
  })
})
