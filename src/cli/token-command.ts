/** `m2m-tokens token`: the token on stdout, alone, as text, as a header or as JSON. */
import type { AccessToken } from '../access-token.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { makeManager } from './make-manager.ts'
import { readSettings } from './read-settings.ts'
import type { SettingWords } from './settings.ts'

export interface TokenWords extends SettingWords {
  readonly header?: true
  readonly json?: true
}

const boundWarning =
  'm2m-tokens: this token is bound to a key that ends with this process, so nobody can spend it; ' +
  "use 'm2m-tokens fetch --dpop', or leave --dpop (M2M_DPOP) out\n"

export async function runToken(words: TokenWords, io: CommandIo): Promise<ExitCode> {
  try {
    const settings = await readSettings(words, io)
    await using tokens = makeManager(settings, io)
    const token = await tokens.getToken(settings.request)
    await io.stdout.write(`${spelled(token, words)}\n`)
    if (settings.options.dpop === true) await io.stderr.write(boundWarning)
    return exitCodes.ok
  } catch (error) {
    const hint = "'m2m-tokens doctor' with the same settings says more"
    return reportFailure(error, io, { json: words.json, hint })
  }
}

function spelled(token: AccessToken, words: TokenWords): string {
  if (words.json === true) {
    // Named one by one: a token hides its text from JSON.
    const { accessToken, tokenType, expiresAt, scopes, audience } = token
    return JSON.stringify({ accessToken, tokenType, expiresAt, scopes, audience })
  }
  return words.header === true ? `Authorization: ${token.authorization}` : token.accessToken
}
