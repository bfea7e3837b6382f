#!/usr/bin/env node
/**
 * The file behind the command `m2m-tokens`: runs it on this process and lets the process end by
 * itself, so that what was written arrives. No logic.
 */
import { systemClock } from '../clock.ts'
import { processIo } from './io.ts'
import { main } from './program.ts'

void main(process.argv.slice(2), processIo(process, systemClock)).then((code) => {
  process.exitCode = code
})
