/** `npx node examples/m2m-auth/run.ts`: starts four servers, plays the scenes, ends them all. */
import { closedDoors, everyPair, keysOutOfReach, manyCalls, oneAnswer } from './scenes.ts'
import { withoutJson, wrongDoor } from './scenes.ts'
import { startSystem } from './system.ts'
import { createTranscript } from '../support/transcript.ts'

const system = await startSystem()
try {
  const transcript = createTranscript(`m2m-auth: auth server ${system.authServer.url}`)
  await closedDoors(system, transcript)
  await everyPair(system, transcript)
  await oneAnswer(system, transcript)
  await withoutJson(system, transcript)
  await manyCalls(system, transcript)
  await wrongDoor(system, transcript)
  await keysOutOfReach(system, transcript)
} finally {
  await system.stop()
}
