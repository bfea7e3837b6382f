/**
 * The one place where a command makes its manager: what only the manager can see to be wrong is told
 * by the variable that it came from. Nothing is sent.
 */
import { inVariables } from '../environment/from-environment.ts'
import { VariableReader } from '../environment/variable-reader.ts'
import { TokenManager } from '../token-manager.ts'
import type { CommandIo } from './io.ts'
import type { Settings } from './read-settings.ts'

/** @throws {ConfigurationError} the settings are wrong; `field` is the variable. */
export function makeManager(
  { options, variables }: Settings,
  { clock, fetch }: Pick<CommandIo, 'clock' | 'fetch'>,
): TokenManager {
  try {
    return new TokenManager({ ...options, ...(fetch && { fetch }), clock })
  } catch (error) {
    throw inVariables(error, {}, new VariableReader(variables))
  }
}
