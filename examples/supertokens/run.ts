/** `npx node examples/supertokens/run.ts`: the whole system, the Task service at work in it. */
import { startSuperTokensCore } from '../support/supertokens-core.ts'
import { startAuthorizationServer } from './authorization-server.ts'
import { startCalendarService } from './calendar-service.ts'
import { startFileService } from './file-service.ts'
import { play } from './play.ts'
import { startStranger } from './stranger.ts'

const core = await startSuperTokensCore()
const server = await startAuthorizationServer(core)
const calendar = await startCalendarService(server.apiDomain)
const files = await startFileService(server.apiDomain)
const stranger = await startStranger()

try {
  await play({ core, server, calendar, files, stranger })
} finally {
  await Promise.all([stranger.stop(), files.stop(), calendar.stop(), server.stop(), core.stop()])
}
