/**
 * Every client authentication at servers that we did not write: the token is obtained, a resource
 * takes it, and a wrong credential is refused. The table in docs/client-authentication.md is what this
 * run saw; `UPDATE_TABLE=1` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { failureOf, managerFor } from './support/managers.ts'
import { authenticationCases, methods, scopeOf } from './support/authentication-cases.ts'
import type { AuthenticationCase } from './support/authentication-cases.ts'

const page = new URL('../../docs/client-authentication.md', import.meta.url)
const rows: string[] = []

async function tokenFor({ options, resourceUrl }: Awaited<ReturnType<AuthenticationCase['open']>>) {
  const tokens = managerFor({ ...options, resources: { [resourceUrl]: { scopes: [scopeOf] } } })
  const token = await tokens.getToken({ scopes: [scopeOf] })
  const response = await tokens.fetch(resourceUrl)
  return { token, status: response.status }
}

describe.each(authenticationCases)('$method at $server', (authentication) => {
  const { method, variant, server } = authentication

  it(`obtains a token that the resource takes, and is refused with a wrong credential`, async () => {
    const { token, status } = await tokenFor(await authentication.open('right'))
    expect(token.accessToken.length).toBeGreaterThan(16)
    expect(status).toBe(200)

    const wrong = await authentication.open('wrong')
    const failure = await failureOf(managerFor(wrong.options).getToken({ scopes: [scopeOf] }))
    expect(failure).toMatchObject({ code: 'token_endpoint_refused' })
    const { status: refusal, oauthError = '' } = failure as { status: number; oauthError?: string }
    rows.push(
      `| \`${method}\` | ${variant} | ${server} | yes | ${status} | ${refusal} \`${oauthError}\` |`,
    )
  })
})

describe('the table of the documentation', () => {
  it('has a row for every method', () => {
    const tried = new Set(authenticationCases.map(({ method }) => method))
    expect([...tried].sort()).toEqual([...methods].sort())
  })
})

afterAll(() => {
  if (rows.length !== authenticationCases.length) return
  const head = [
    '| method | with | server | token | resource | wrong credential |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
  const table = [...head, ...rows.sort()].join('\n')
  const text = readFileSync(page, 'utf8')
  const between = /(<!-- table -->)[^]*(<!-- end of table -->)/
  if (process.env['UPDATE_TABLE'] === '1') {
    writeFileSync(
      page,
      text.replace(between, (_all, a: string, b: string) => `${a}\n\n${table}\n\n${b}`),
    )
    return
  }
  const plain = (markdown: string) => markdown.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
  expect(plain(readFileSync(page, 'utf8'))).toContain(plain(table))
})
