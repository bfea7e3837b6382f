/**
 * Runs a scenario by its seed, and where a promise is broken finds the shortest scenario that
 * breaks it. The same seed is the same run.
 */
import fc from 'fast-check'
import { Run } from './run.ts'
import type { MakeManager, RunResult } from './run.ts'
import { scenarios } from './chance.ts'
import type { Scenario } from './scenario.ts'

export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(scenarios, { seed, numRuns: 1 })
  if (scenario === undefined) throw new Error(`no scenario for seed ${seed}`)
  return scenario
}

export function play(seed: number, Manager: MakeManager): Promise<RunResult> {
  return new Run(scenarioOf(seed), Manager).play()
}

export interface Shrunk {
  readonly scenario: Scenario
  readonly result: RunResult
}

/** A short scenario that breaks the same promise as this one. */
export async function shrink(seed: number, Manager: MakeManager): Promise<Shrunk> {
  const broken = scenarioOf(seed)
  const promisesOf = async (scenario: Scenario) =>
    (await new Run(scenario, Manager).play()).violations.map(promise)
  const [first] = await promisesOf(broken)
  const breaks = async (scenario: Scenario) =>
    (await promisesOf(scenario)).some((other) => other === first)
  let scenario = broken
  for (let round = 0, found = true; found && round < 60; round += 1) {
    found = false
    for (const shorter of candidates(scenario)) {
      if (!(await breaks(shorter))) continue
      scenario = shorter
      found = true
      break
    }
  }
  return { scenario, result: await new Run(scenario, Manager).play() }
}

/** What was broken, without the tokens, the times and the numbers of this one run. */
function promise(violation: string): string {
  return violation.replace(/(fake-\S+|[ab]\/k\d|[\w-]+\.[\w-]+\.x|-?\d+(\.\d+)?)/g, '#')
}

/** The scenario with less in it: half of the steps, one step fewer, fewer answers, simpler ones. */
function* candidates(scenario: Scenario): Generator<Scenario> {
  const { steps, answers } = scenario
  const half = Math.ceil(steps.length / 2)
  if (steps.length > 1) {
    yield { ...scenario, steps: steps.slice(0, half) }
    yield { ...scenario, steps: steps.slice(half) }
  }
  for (const index of steps.keys()) {
    if (steps.length > 1) yield { ...scenario, steps: steps.filter((_, at) => at !== index) }
  }
  if (answers.length > 1) yield { ...scenario, answers: answers.slice(0, -1) }
  if (scenario.warm) yield { ...scenario, warm: false }
  if (scenario.retries > 0) yield { ...scenario, retries: 0 }
  if (scenario.keys > 1) yield { ...scenario, keys: scenario.keys - 1 }
}
