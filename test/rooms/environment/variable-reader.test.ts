/** Variables that begin as ours do, and are not ours: a slip of the pen, or somebody else's. */
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../src/environment/read-environment.ts'
import type { Environment } from '../../../src/environment/read-environment.ts'
import { environmentVariables } from '../../../src/environment/variables.ts'
import { complete, refusalOf } from './refusal-of.ts'

const read = (env: Environment) => readEnvironment({ ...complete, ...env })

describe('an unknown variable that begins with M2M_', () => {
  it.each([
    ['M2M_CLIENT_SERCET', 'M2M_CLIENT_SECRET'],
    ['M2M_SCOPE', 'M2M_SCOPES'],
    ['M2M_CLIENTID', 'M2M_CLIENT_ID'],
    ['M2M_RESOURCE', 'M2M_RESOURCES'],
    ['M2M_TOKENENDPOINT', 'M2M_TOKEN_ENDPOINT'],
    ['M2M_AUDIANCE', 'M2M_AUDIENCE'],
    ['M2M_client_id', 'M2M_CLIENT_ID'],
    ['M2M_DPO', 'M2M_DPOP'],
  ])('is refused where it looks like a slip: %s', (name, meant) => {
    const error = refusalOf({ [name]: 'fake-value' })
    expect(error.message).toBe(`unknown variable ${name}; did you mean ${meant}?`)
  })

  it('is left alone where it is somebody else’s, such as a Kubernetes service’s', () => {
    const names = ['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'PORT', 'PORT_80_TCP']
    const more = ['PORT_80_TCP_PROTO', 'PORT_80_TCP_PORT', 'PORT_80_TCP_ADDR', 'URL', 'LOG_LEVEL']
    const env = Object.fromEntries([...names, ...more].map((name) => [`M2M_${name}`, 'x']))
    expect(read(env)).toEqual(readEnvironment(complete))
  })

  it.each(
    ['m2m', ...environmentVariables.map(({ name }) => name.toLowerCase())].map((name) => [
      name.replaceAll('_', '-'),
    ]),
  )('is left alone where Kubernetes has a service %s', (service) => {
    const name = service.replaceAll('-', '_').toUpperCase()
    const port = `${name}_PORT`
    const links = ['', '_80_TCP', '_80_TCP_PROTO', '_80_TCP_PORT', '_80_TCP_ADDR']
    const all = [
      ...[`${name}_SERVICE_HOST`, `${name}_SERVICE_PORT`, `${name}_SERVICE_PORT_HTTP`],
      ...links.map((link) => `${port}${link}`),
    ]
    const env = Object.fromEntries(all.map((one) => [one, 'tcp://10.0.0.1:80']))
    expect(read(env)).toEqual(readEnvironment(complete))
  })

  it.each([
    ...['M2M_CLIENT_SECRET_OLD', 'M2M_CLIENT_SECRET_2', 'M2M_ISSUER_URL', 'M2M_RESOURCE_ID'],
    ...['M2M_SOURCES', 'M2M_STOP', 'M2M_DROP', 'M2M_SCOOP'],
  ])('is left alone where it is another word, or goes on behind ours: %s', (name) => {
    expect(read({ [name]: 'x' })).toEqual(readEnvironment(complete))
  })

  it('is left alone where it is blank', () => {
    expect(read({ M2M_CLIENT_SERCET: ' ' })).toEqual(readEnvironment(complete))
  })

  it('is named where something is missing', () => {
    const error = refusalOf({ M2M_CLIENT_SECRET: '', M2M_PASSWORD: 'fake-password' })
    expect(error.message).toMatch(/set, and not read by this library: M2M_PASSWORD/)
    expect(error.message).not.toContain('fake-password')
  })
})
