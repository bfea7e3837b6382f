/**
 * What a spectator reads: steps, numbered in the order in which they happen, each with what was
 * seen. An outcome that was not expected ends the run, and with it the process, in failure.
 */
export interface Transcript {
  /** Prints what was done and what was seen. Throws where that is not what was expected. */
  readonly step: (done: string, seen: unknown, expected: string | number) => void
  /** Prints lines that belong to the step before, and are not judged. */
  readonly note: (lines: readonly string[]) => void
}

const indent = ' '.repeat(5)

/** @param width Of what was done; what was seen stands behind it. */
export function createTranscript(title: string, width = 40): Transcript {
  let steps = 0
  console.log(`${title}\n`)
  return {
    step: (done, seen, expected) => {
      steps += 1
      console.log(`${String(steps).padStart(2)}.  ${done.padEnd(width)} ${String(seen)}`.trimEnd())
      if (seen !== expected) {
        throw new Error(`step ${steps}, ${done}: expected '${expected}', seen '${String(seen)}'`)
      }
    },
    note: (lines) => {
      for (const line of lines) console.log(`${indent}${line}`.trimEnd())
    },
  }
}
