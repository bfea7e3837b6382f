/**
 * One line on standard error that says what is being measured and how long the rest may take. On a
 * terminal it is written over; elsewhere a new one comes every few seconds.
 */

export interface Stage {
  readonly name: string
  /** What it took on the machine that this was written on: good enough to divide a line by. */
  readonly seconds: number
}

export class Progress {
  readonly #stages: readonly Stage[]
  readonly #started = performance.now()
  #at = -1
  #stageStarted = 0
  #lastLine = 0

  constructor(stages: readonly Stage[]) {
    this.#stages = stages
  }

  enter(name: string): void {
    this.#at = this.#stages.findIndex((stage) => stage.name === name)
    this.#stageStarted = performance.now()
    this.#lastLine = 0
    this.tell('')
  }

  tell(text: string): void {
    const now = performance.now()
    const everyMs = process.stderr.isTTY ? 100 : 5_000
    if (now - this.#lastLine < everyMs) return
    this.#lastLine = now
    const stage = this.#stages[this.#at]
    const place = `[${this.#at + 1}/${this.#stages.length}] ${(stage?.name ?? '').padEnd(11)}`
    const gone = minutes((now - this.#started) / 1000)
    const line = `${place} ${gone} gone, about ${minutes(this.#left(now))} left  ${text}`
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line.slice(0, 110)}` : `${line}\n`)
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  }

  #left(now: number): number {
    const ahead = this.#stages.slice(this.#at + 1).reduce((sum, { seconds }) => sum + seconds, 0)
    const current = this.#stages[this.#at]?.seconds ?? 0
    return ahead + Math.max(2, current - (now - this.#stageStarted) / 1000)
  }
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
