/** What the command's exit code means. A code is never given another meaning; docs/command-line.md lists them. */

export const exitCodes = {
  ok: 0,
  /** Something was sent, and the job failed: no token, no answer, problems found. */
  failed: 1,
  /** No token was asked for: the command line, the environment or a file that it names is wrong. */
  usage: 2,
  /** `fetch --fail` and an answer of 400 or more: curl's own code for it. */
  httpError: 22,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
