/** What a set of variables is refused with, and one that is not refused. */
import type { ConfigurationError } from 'm2m-tokens'
import { isTokenError } from 'm2m-tokens'
import { readEnvironment } from '../../../src/environment/read-environment.ts'
import type { Environment } from '../../../src/environment/read-environment.ts'

export const complete = {
  M2M_ISSUER: 'https://auth.test',
  M2M_CLIENT_ID: 'task-service',
  M2M_CLIENT_SECRET: 'fake-secret-of-the-environment',
} as const

/** The error for {@link complete} with these on top. */
export function refusalOf(env: Environment): ConfigurationError {
  return errorOf(() => readEnvironment({ ...complete, ...env }))
}

export function errorOf(work: () => unknown): ConfigurationError {
  try {
    work()
  } catch (error) {
    if (isTokenError(error) && error.name === 'ConfigurationError') return error
    throw error
  }
  throw new Error('it was not refused')
}
