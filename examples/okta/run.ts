/** `npx node examples/okta/run.ts`: the whole system on this machine, a caller at work in it. */
import { startOktaOrg } from '../support/okta-org.ts'
import { writeEnvFile } from './bootstrap.ts'
import { readEnvironment } from './environment.ts'
import { startHelloWorldApi } from './hello-world-api.ts'
import { play } from './play.ts'

const audience = 'api://hello-world'
const org = await startOktaOrg({ audience, scopes: ['such_scope', 'much_scope'] })
const envFile = await writeEnvFile(org)
try {
  const environment = await readEnvironment(envFile.path)
  const api = await startHelloWorldApi(environment, audience)
  const otherApi = await startHelloWorldApi(environment, 'api://goodbye-world')
  try {
    await play({ org, environment, audience, api, otherApi })
  } finally {
    await Promise.all([api.stop(), otherApi.stop()])
  }
} finally {
  await Promise.all([org.stop(), envFile.remove()])
}
