/**
 * The part of a server that a test writes: answers for the next requests, one for all, and a gate
 * that holds them back. What is not written is left to a healthy server.
 */
import { parseAnswer } from './scripted-answer.ts'
import type { ParsedAnswer, ScriptedAnswer } from './scripted-answer.ts'

export interface ScriptLine {
  /** An `Error` is thrown at the door: it is what a fetch rejects with. */
  readonly answer: ParsedAnswer | Error
  /** Settles when the gate that was shut on arrival is opened. */
  readonly released: Promise<void>
}

export class AnswerScript {
  readonly #queue: (ParsedAnswer | Error)[] = []
  #standing: ParsedAnswer | undefined
  #gate: Promise<void> = Promise.resolve()

  /** All of them, or none where one is wrong. */
  next(answers: readonly unknown[]): void {
    this.#queue.push(
      ...answers.map((answer) => (answer instanceof Error ? answer : parseAnswer(answer))),
    )
  }

  always(answer: ScriptedAnswer | undefined): void {
    this.#standing = answer === undefined ? undefined : parseAnswer(answer)
  }

  hold(): () => void {
    let release: () => void = () => undefined
    this.#gate = new Promise((resolve) => {
      release = resolve
    })
    return release
  }

  /** What the next request is answered with; each line of the queue serves once. */
  take(): ScriptLine {
    const answer = this.#queue.shift() ?? this.#standing ?? parseAnswer({})
    return { answer, released: this.#gate }
  }
}
