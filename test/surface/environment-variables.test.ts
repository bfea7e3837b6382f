import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/environment/read-environment.ts'
import { environmentVariables } from '../../src/environment/variables.ts'
import { complete } from '../rooms/environment/refusal-of.ts'

const page = readFileSync(new URL('../../docs/environment.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\| `(.+?)` +\|$/gm)].map(
  ([, name, meaning, example]) => ({ name, meaning, example }),
)
const names: readonly string[] = environmentVariables.map(({ name }) => name)

/** The variables of the page's n-th block of YAML. */
function variablesIn(index: number): Record<string, string> {
  const [, block = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)][index] ?? []
  const pairs = block.matchAll(/(?:name: )?\b(M2M_\w+)(?:: |, value: )(.+?)(?: })?$/gm)
  return Object.fromEntries(
    [...pairs].map(([, name = '', value = '']) => [name, value.replace(/^'|'$/g, '')]),
  )
}

describe('the table of variables', () => {
  it('stands in docs/environment.md, word for word', () => {
    expect(rows).toEqual(environmentVariables)
  })

  it('names each variable once, and cannot be changed', () => {
    expect(new Set(names).size).toBe(names.length)
    expect(Object.isFrozen(environmentVariables)).toBe(true)
    expect(environmentVariables.every((row) => Object.isFrozen(row))).toBe(true)
  })

  it.each(environmentVariables)('has an example of $name that is taken', ({ name, example }) => {
    const others: Record<string, Record<string, string>> = {
      M2M_CLIENT_SECRET_FILE: { M2M_CLIENT_SECRET: '' },
      M2M_PRIVATE_KEY_FILE: { M2M_CLIENT_SECRET: '' },
      M2M_CLIENT_ASSERTION_FILE: { M2M_CLIENT_SECRET: '' },
      M2M_PRIVATE_KEY_ALGORITHM: { M2M_CLIENT_SECRET: '', M2M_PRIVATE_KEY_FILE: './key.pem' },
      M2M_PRIVATE_KEY_ID: { M2M_CLIENT_SECRET: '', M2M_PRIVATE_KEY_FILE: './key.pem' },
      M2M_PROVIDER: { M2M_ISSUER: '', M2M_PROVIDER_OPTIONS: '{"domain":"example.eu.auth0.com"}' },
      M2M_PROVIDER_OPTIONS: { M2M_ISSUER: '', M2M_PROVIDER: 'auth0' },
    }
    const env = { ...complete, ...others[name], [name]: example }
    expect(() => readEnvironment(env)).not.toThrow()
  })
})

describe('docs/environment.md', () => {
  it('speaks of no variable that is not in the table, but for its bad examples', () => {
    const spoken = new Set([...page.matchAll(/\bM2M_\w+/g)].map(([name]) => name))
    const unknown = [...spoken].filter((name) => !names.includes(name))
    const neighbours = ['M2M_AUDIENCE_PORT', 'M2M_CLIENT_SECRET_OLD', 'M2M_SERVICE_HOST']
    expect(unknown.sort()).toEqual(['M2M_CLIENT_SERCET', ...neighbours].sort())
  })

  it('shows a composition and a pod whose variables are taken', () => {
    const composition = readEnvironment(variablesIn(0))
    expect(Object.keys(composition.options.resources ?? {})).toHaveLength(2)
    const pod = readEnvironment(variablesIn(1))
    expect(pod.options.provider?.name).toBe('Auth0')
    expect(pod.request.scopes).toEqual(['event.view', 'event.create'])
  })
})
