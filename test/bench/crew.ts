/**
 * The processes of a run: one endpoint, and one worker for each contestant, all alive at the same
 * time and asked in turn. A worker that takes too long, or dies, is out, and the results say so.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './protocol.ts'

type AnswerOf<What extends Answer['what']> = Extract<Answer, { readonly what: What }>

/** An order that a worker could not carry out. */
export class OutError extends Error {
  override readonly name = 'OutError'
}

/**
 * A young generation that nothing fills, so that what a slice allocates is neither collected in it
 * nor, by chance, in the next contestant's. Half a gigabyte is the most that V8 takes.
 */
const roomy = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']

/** As a server runs: the default heap, collected when it is full. */
const usual = ['--expose-gc']

export type Heap = 'roomy' | 'usual'

export class Worker {
  readonly #child: ChildProcess
  #take: ((answer: Answer) => void) | undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: Answer) => this.#take?.(answer))
    child.on('exit', (code, signal) => {
      this.#take?.({ what: 'failed', reason: `the process ended: ${signal ?? code ?? ''}` })
    })
  }

  static async start(file: string, origin: string, heap: Heap = 'usual'): Promise<Worker> {
    const script = fileURLToPath(new URL('worker.ts', import.meta.url))
    const execArgv = heap === 'roomy' ? roomy : usual
    const options = { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] as const }
    const worker = new Worker(
      fork(script, [file, origin], { ...options, stdio: [...options.stdio] }),
    )
    await worker.#answer('ready', 60_000)
    return worker
  }

  /** @throws {OutError} where it fails, dies, or takes longer than `limitMs`. */
  async ask<What extends Answer['what']>(
    order: Order,
    expected: What,
    limitMs = 60_000,
  ): Promise<AnswerOf<What>> {
    const answer = this.#answer(expected, limitMs)
    if (this.#child.connected) this.#child.send(order)
    else this.#take?.({ what: 'failed', reason: 'the process has ended' })
    return answer
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #answer<What extends Answer['what']>(expected: What, limitMs: number): Promise<AnswerOf<What>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new OutError(`not done within ${limitMs / 1000} s`))
        this.end()
      }, limitMs)
      this.#take = (answer) => {
        clearTimeout(timer)
        this.#take = undefined
        if (isA(answer, expected)) resolve(answer)
        else reject(new OutError(answer.what === 'failed' ? answer.reason : answer.what))
      }
    })
  }
}

function isA<What extends Answer['what']>(answer: Answer, what: What): answer is AnswerOf<What> {
  return answer.what === what
}

export interface Endpoint {
  readonly origin: string
  readonly end: () => void
}

export async function startEndpoint(): Promise<Endpoint> {
  const script = fileURLToPath(new URL('token-server.ts', import.meta.url))
  const child = fork(script, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => {
      if (typeof message === 'string') resolve(message)
    })
    child.once('exit', () => {
      reject(new Error('the endpoint did not start'))
    })
  })
  return { origin, end: () => child.kill('SIGKILL') }
}
