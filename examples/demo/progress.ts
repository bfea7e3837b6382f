/**
 * One line for the scene that is being played. In a terminal that is wide enough it is written over
 * and over; anywhere else (a log, a pipe) only its last state is written.
 */
import type { WriteStream } from 'node:tty'
import { fit, lineWidth } from './drawing.ts'

const betweenLinesMs = 100

export interface Progress {
  /** Writes the line for the last time. */
  readonly end: () => void
}

export function showProgress(output: WriteStream, line: () => string): Progress {
  const rewritable = output.isTTY && output.columns > lineWidth
  if (!rewritable) return { end: () => output.write(`${fit(line())}\n`) }
  // Spaces to the end cover what the line before it left there.
  const rewrite = () => output.write(`\r${fit(line()).padEnd(lineWidth)}`)
  const timer = setInterval(rewrite, betweenLinesMs)
  rewrite()
  return {
    end: () => {
      clearInterval(timer)
      rewrite()
      output.write('\n')
    },
  }
}
