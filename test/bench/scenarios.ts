/** Everything that is measured, in the order of the tables. */
import { allocations } from './scenarios/allocations.ts'
import { expiry } from './scenarios/expiry.ts'
import { herd } from './scenarios/herd.ts'
import { hit } from './scenarios/hit.ts'
import { memory } from './scenarios/memory.ts'
import { size } from './scenarios/size.ts'
import { startUp } from './scenarios/start-up.ts'
import { wrapped } from './scenarios/wrapped.ts'
import type { Scenario } from './stage.ts'

interface Listed {
  readonly name: string
  readonly play: Scenario
  /** About what it takes, for the line that says how long the rest will. */
  readonly seconds: { readonly full: number; readonly quick: number }
}

export const scenarios: readonly Listed[] = [
  { name: 'hit', play: hit, seconds: { full: 380, quick: 20 } },
  { name: 'allocations', play: allocations, seconds: { full: 40, quick: 9 } },
  { name: 'herd', play: herd, seconds: { full: 120, quick: 8 } },
  { name: 'wrapped', play: wrapped, seconds: { full: 270, quick: 32 } },
  { name: 'expiry', play: expiry, seconds: { full: 230, quick: 15 } },
  { name: 'start-up', play: startUp, seconds: { full: 180, quick: 12 } },
  { name: 'memory', play: memory, seconds: { full: 100, quick: 10 } },
  { name: 'size', play: size, seconds: { full: 12, quick: 8 } },
]
