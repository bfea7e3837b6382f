/** Plays one scene: a clean stage before it, a count of what was called and asked, nothing left behind. */
import type { Services } from '../support/services.ts'
import { playedToTheEnd } from './check.ts'
import type { Check } from './check.ts'
import { sceneLine } from './drawing.ts'
import { showProgress } from './progress.ts'
import { growthOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { createTaskService } from './task-service.ts'
import type { TaskService } from './task-service.ts'

export interface PlayedScene {
  readonly letter: string
  readonly title: string
  readonly checks: readonly Check[]
  readonly notes: readonly string[]
  readonly calls: number
  /** As the authorization server counted them. */
  readonly tokenRequests: number
}

export async function play(
  { title, play: perform }: Scene,
  letter: string,
  services: Services,
): Promise<PlayedScene> {
  await resetServer(services)
  const cast: TaskService[] = []
  const notes: string[] = []
  const tokenRequests = growthOf(services.server.tokenRequests)
  const calls = () => cast.reduce((sum, service) => sum + service.calls(), 0)
  let text = title
  const startedAt = performance.now()
  const progress = showProgress(process.stdout, () => {
    const seconds = (performance.now() - startedAt) / 1000
    return sceneLine({ letter, text, seconds, calls: calls(), tokenRequests: tokenRequests() })
  })
  const stage = {
    services,
    newTaskService: () => {
      const service = createTaskService(services)
      cast.push(service)
      return service
    },
    say: (words: string) => {
      text = words
    },
    note: (words: string) => {
      notes.push(words)
    },
  }
  const checks = await perform(stage).catch((error: unknown) => [playedToTheEnd(error)])
  text = title
  progress.end()
  await Promise.all(cast.map((service) => service.close()))
  return { letter, title, checks, notes, calls: calls(), tokenRequests: tokenRequests() }
}

async function resetServer({ server }: Services): Promise<void> {
  await server.start()
  server.lifetimeSeconds = 600
  server.latencyMs = 0
}
