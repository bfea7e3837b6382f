/**
 * One seed for all properties, so that a test run is the same run everywhere. `FUZZ_SEED=random`
 * draws one, and a number repeats what a failure has printed.
 */
import fc from 'fast-check'

const wanted = process.env['FUZZ_SEED'] ?? '20261121'
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) })
