/** `m2m-tokens token`: the token on stdout, alone, as text, as a header or as JSON. */
import type { AccessToken } from '../access-token.ts'
import { TokenManager } from '../token-manager.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { readSettings } from './read-settings.ts'
import type { SettingWords } from './settings.ts'

export interface TokenWords extends SettingWords {
  readonly header?: true
  readonly json?: true
}

export async function runToken(words: TokenWords, io: CommandIo): Promise<ExitCode> {
  try {
    const { options, request } = await readSettings(words, io)
    const { clock, fetch } = io
    await using tokens = new TokenManager({ ...options, ...(fetch && { fetch }), clock })
    await io.stdout.write(`${spelled(await tokens.getToken(request), words)}\n`)
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
