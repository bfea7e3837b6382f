/** `npx node examples/mcp/run.ts`: starts the servers, plays the scenes, ends them all. */
import { carriedTokens, keysOutOfReach } from './carried-tokens.ts'
import { badServers, closedDoor, counted, finding, told } from './scenes.ts'
import { startSystem } from './system.ts'
import { createTranscript } from '../support/transcript.ts'

const system = await startSystem()
try {
  const transcript = createTranscript(`MCP server ${system.mcp.url}`)
  await closedDoor(system, transcript)
  await told(system, transcript)
  await finding(system, transcript)
  counted(system, transcript)
  await badServers(system, transcript)
  await carriedTokens(system, transcript)
  await keysOutOfReach(system, transcript)
} finally {
  await system.stop()
}
