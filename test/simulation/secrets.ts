/** The application's secret functions, one per client: they fail, take their time, and rotate. */
import type { SecretTrouble } from './scenario.ts'
import type { SimulatedServer } from './simulated-server.ts'
import type { VirtualWorld } from './virtual-world.ts'

const lateMs = 3_000

export class Secrets {
  readonly #world: VirtualWorld
  readonly #server: SimulatedServer
  readonly #onTrouble: () => void
  /** What a client that has not noticed the rotation reads once more. */
  readonly #before = new Map<string, string>()
  #trouble: SecretTrouble | undefined
  #rotations = 0

  constructor(world: VirtualWorld, server: SimulatedServer, onTrouble: () => void) {
    this.#world = world
    this.#onTrouble = onTrouble
    this.#server = server
    for (const client of ['a', 'b']) server.secrets.set(client, 'fake-secret-0')
  }

  /** For one reading. */
  trouble(trouble: SecretTrouble): void {
    this.#trouble = trouble
  }

  /** The server takes the new one alone; each client's store shows the old one once more. */
  rotate(): void {
    this.#rotations += 1
    for (const [client, secret] of this.#server.secrets) {
      this.#before.set(client, secret)
      this.#server.secrets.set(client, `fake-secret-${this.#rotations}`)
    }
  }

  heal(): void {
    this.#trouble = undefined
    this.#before.clear()
  }

  isReadable(client: string): boolean {
    return this.#trouble === undefined && !this.#before.has(client)
  }

  read(client: string): string | Promise<string> {
    const trouble = this.#trouble
    this.#trouble = undefined
    if (!this.isReadable(client) || trouble !== undefined) this.#onTrouble()
    const secret = this.#before.get(client) ?? this.#server.secrets.get(client) ?? ''
    this.#before.delete(client)
    if (trouble === 'throws') throw new Error('the secret threw')
    if (trouble === 'rejects') return Promise.reject(new Error('the secret rejected'))
    if (trouble === 'empty') return ''
    if (trouble === undefined) return secret
    return new Promise((resolve) => {
      if (trouble === 'late') {
        this.#world.schedule(lateMs, () => {
          resolve(secret)
        })
      }
    })
  }
}
