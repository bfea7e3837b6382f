/**
 * The real supertokens-node in a process of its own, because its SDK can be set up once in a process:
 * prints where it is and whom it knows, and ends when its stdin does.
 */
import { startSuperTokensCore } from '../../../examples/support/supertokens-core.ts'
import { startAuthorizationServer } from '../../../examples/supertokens/authorization-server.ts'
import { registerTaskService } from '../../../examples/supertokens/client-registration.ts'

const core = await startSuperTokensCore()
const server = await startAuthorizationServer(core)
const client = await registerTaskService(core)
process.stdout.write(`${JSON.stringify({ apiDomain: server.apiDomain, ...client })}\n`)
process.stdin.resume().on('end', () => {
  void Promise.all([server.stop(), core.stop()]).then(() => process.exit(0))
})
