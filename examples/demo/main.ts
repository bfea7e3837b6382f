/**
 * `npm run demo`: a Task service that needs tokens for a Calendar and a File service, against a
 * real authorization server, through everything that usually goes wrong. All of it runs on this
 * machine. Ends with 0 if every expectation held, else it says which did not, and ends with 1.
 */
import { startServices } from '../support/services.ts'
import { barChart, fit, lineWidth, number, table, wrap } from './drawing.ts'
import { play } from './play.ts'
import type { PlayedScene } from './play.ts'
import type { Scene } from './scene.ts'
import { coldHerd, firstTokens, revokedToken, wrongAudience } from './scenes-at-once.ts'
import { outage, renewalBehind } from './scenes-in-time.ts'

const scenes: readonly Scene[] = [
  firstTokens,
  coldHerd,
  renewalBehind,
  revokedToken,
  outage,
  wrongAudience,
]

async function main(): Promise<void> {
  const services = await startServices()
  const { server, calendar, files } = services
  print(
    `Authorization server ${server.issuer} (oidc-provider)`,
    `Calendar service     ${calendar.url} (called through tokens.fetch)`,
    `File service         ${files.url} (called through axios)`,
    '',
  )
  const played: PlayedScene[] = []
  for (const [index, scene] of scenes.entries()) {
    played.push(await play(scene, 'abcdef'.charAt(index), services))
  }
  await services.stop()
  report(played)
}

function report(played: readonly PlayedScene[]): void {
  const rows = played.flatMap(({ letter, checks }) =>
    checks.map((check, index) => ({ ...check, letter: index === 0 ? letter : '' })),
  )
  print('', ...table(rows), ...played.flatMap(({ notes }) => notes), '')
  const calls = total(played, 'calls')
  const tokenRequests = total(played, 'tokenRequests')
  const bars = [...played, { letter: '', calls, tokenRequests }].flatMap((scene) => [
    { label: scene.letter === '' ? 'all calls' : `${scene.letter}  calls`, count: scene.calls },
    { label: '   token requests', count: scene.tokenRequests },
  ])
  print('Token requests against calls', '', ...barChart(bars), '')
  const broken = rows.filter(({ holds }) => !holds)
  for (const { what, expected, seen } of broken) {
    print(`Does not hold: ${what}`, ...wrap(`Expected ${expected}, seen ${seen}`, lineWidth))
  }
  const held = rows.length - broken.length
  print(
    `${held} of ${rows.length} expectations held; ${number(calls)} calls, ${tokenRequests} token requests`,
  )
  if (broken.length > 0) process.exitCode = 1
}

function total(played: readonly PlayedScene[], name: 'calls' | 'tokenRequests'): number {
  return played.reduce((sum, scene) => sum + scene[name], 0)
}

function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${fit(line)}\n`)
}

await main()
