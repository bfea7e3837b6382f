/**
 * Everything that is loaded on first use, loaded: for tests on a clock of their own, which cannot wait
 * for a file to be read.
 */
import * as acquiring from './acquiring.ts'
import { carefulSending } from './bearer/bearer-fetch.ts'
import * as careful from './bearer/careful-sending.ts'
import { acquiringPart } from './manager-parts.ts'

export function provideParts(): void {
  acquiringPart.provide(acquiring)
  carefulSending.provide(careful)
}
