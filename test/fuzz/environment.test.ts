/** Variables as careless hands fill them: a secret in every one of them, whole or in pieces. */
import { inspect } from 'node:util'
import { fc, test } from '@fast-check/vitest'
import type { TokenManager } from 'm2m-tokens'
import { fromEnvironment } from 'm2m-tokens/auto'
import { afterAll, describe, expect } from 'vitest'
import { parseJsonVariable } from '../../src/environment/json-variable.ts'
import { environmentVariables } from '../../src/environment/variables.ts'
import { bodyText, guardPrototypes, hostileText, jsonValue, mutated } from './hostile.ts'
import { packageErrorOf, runs } from './hostile.ts'

guardPrototypes()

const names = environmentVariables.map(({ name }) => name)
const managers: TokenManager[] = []
afterAll(() => Promise.all(managers.map((tokens) => tokens.close())))

/** Long enough not to stand in a message by chance. */
const secret = fc.stringMatching(/^[0-9a-f]{16}$/).map((hex) => `fake${hex}`)

/** The secret alone, between other texts, or as somebody's notation has it. */
const careless = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(hostileText, hostileText).map(([before, after]) => before + text + after),
    fc.constantFrom(
      ...[text, `${text}:x`, `x:${text}`, `"${text}"`, `https://${text}@auth.test`, `/run/${text}`],
      ...[`https://auth.test/?secret=${text}`, `https://auth.test/#${text}`, `{"a":${text}}`],
      ...[
        `{"a":"${text}`,
        `["${text}"]`,
        `"${text}"`,
        `a ${text}" b`,
        `-----BEGIN ${text}`,
        'true',
      ],
    ),
  )

/** Right values, so that what comes after them is reached too. */
const right = fc.record(
  {
    M2M_ISSUER: fc.constant('https://auth.test'),
    M2M_CLIENT_ID: fc.constant('task-service'),
    M2M_CLIENT_SECRET: fc.constant('another-fake-secret-of-thirty-two-bytes'),
    M2M_PROVIDER: fc.constantFrom('standard', 'hydra', 'auth0', 'entra', 'keycloak', 'zitadel'),
    M2M_CLIENT_AUTHENTICATION: fc.constantFrom('client_secret_post', 'client_secret_jwt'),
  },
  { requiredKeys: [] },
)

const environment = secret.chain((text) =>
  fc.record({
    text: fc.constant(text),
    env: fc
      .tuple(right, fc.dictionary(fc.constantFrom(...names), careless(text), { maxKeys: 4 }))
      .map(([most, few]) => ({ ...few, ...most })),
  }),
)

/** Members of JSON whose values are secrets; their names are not. */
const json = (text: string): fc.Arbitrary<string> =>
  fc
    .dictionary(
      fc.constantFrom(
        'domain',
        'url',
        'realm',
        'issuer',
        'tenant',
        'host',
        'audiences',
        'parameters',
      ),
      fc.oneof(careless(text), fc.constant([text]), fc.constant({ scope: text }), jsonValue),
    )
    .map((members) => JSON.stringify(members))

const withJson = secret.chain((text) =>
  fc.record({
    text: fc.constant(text),
    env: fc.record({
      M2M_CLIENT_ID: fc.constant('task-service'),
      M2M_CLIENT_SECRET: fc.constant(text),
      M2M_PROVIDER: fc.constantFrom('auth0', 'entra', 'hydra', 'keycloak', 'okta', 'supertokens'),
      M2M_PROVIDER_OPTIONS: fc.oneof(json(text), mutated(json(text))),
      M2M_RESOURCES: json(text).map((members) => `{"https://api.test":${members}}`),
    }),
  }),
)

function refusalIn(env: Record<string, string>) {
  return packageErrorOf(() => managers.push(fromEnvironment({ env })))
}

describe('variables with a secret anywhere', () => {
  test.prop([environment], runs(600))('are a manager, or an error that names one', (world) => {
    const error = refusalIn(world.env)
    if (error === undefined) return
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    expect(names).toContain((error as { field?: string }).field)
    // An audience and scopes are names, and a vendor that does not know them says which.
    const namesOnly = world.env.M2M_PROVIDER !== undefined && /cannot be asked/.test(error.message)
    if (namesOnly) return
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(world.text)
    expect(JSON.stringify(error)).not.toContain(world.text)
  })

  test.prop([withJson], runs(400))('inside JSON are not shown either', (world) => {
    const error = refusalIn(world.env)
    if (error === undefined) return
    expect(names).toContain((error as { field?: string }).field)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(world.text)
  })
})

describe('JSON in a variable, whatever it is', () => {
  const members = { audience: jsonValue, scopes: jsonValue, parameters: jsonValue }
  test.prop([bodyText(members)], runs(400))(
    'is an object exactly where JSON says so, else a place in it',
    (text) => {
      const { members: found, problem } = parseJsonVariable(text)
      let value: unknown
      let isJson = true
      try {
        value = JSON.parse(text)
      } catch {
        isJson = false
      }
      expect(problem?.startsWith('is not JSON') === true).toBe(!isJson)
      if (found !== undefined) expect(found).toEqual(value)
      const at = Number(/character (\d+)/.exec(problem ?? '')?.[1] ?? 0)
      expect(at).toBeLessThanOrEqual(text.length)
      if (isJson || !(problem ?? '').includes('look at')) return
      // What stands before that place could still become JSON: the engine finds nothing wrong in it.
      const before = parseJsonVariable(text.slice(0, at - 1)).problem ?? ''
      expect(before).not.toContain('look at')
    },
  )
})
