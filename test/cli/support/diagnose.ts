/** Runs the doctor for its JSON, and sees to it that neither output holds a secret. */
import { expect } from 'vitest'
import { findingCodes } from '../../../src/cli/doctor/finding.ts'
import { runCommand } from './command.ts'
import { secret } from './doctor-case.ts'
import type { Prepared } from './doctor-case.ts'

export interface Diagnosed {
  readonly code: number | null
  readonly stderr: string
  /** `level code` of every finding that is not `ok`. */
  readonly wrong: readonly string[]
  readonly codes: readonly string[]
  readonly findings: readonly {
    readonly code: string
    readonly level: string
    readonly explanation: string
    readonly remedy?: string
  }[]
  readonly requests: readonly {
    readonly method: string
    readonly url: string
    readonly purpose: string
    readonly status?: number
    readonly failure?: string
  }[]
  readonly claims?: Readonly<Record<string, unknown>>
}

export async function diagnose({ argv, ...setting }: Prepared): Promise<Diagnosed> {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json', ...argv], setting)
  const all = stdout + stderr
  for (const hidden of [secret, ...(setting.secrets ?? [])]) expect(all).not.toContain(hidden)
  expect(all).not.toMatch(/eyJ|fake-token|Bearer [\w.-]{20}|Basic [\w+/]{8}/)
  const report = JSON.parse(stdout) as Omit<Diagnosed, 'code' | 'stderr' | 'wrong' | 'codes'>
  const { findings, requests } = report
  for (const finding of findings) {
    expect(findingCodes).toContain(finding.code)
    expect(finding.explanation).toMatch(/\.$/)
    expect(finding.remedy === undefined).toBe(finding.level === 'ok')
  }
  // Each is announced; there is a handful of them.
  expect(stderr.split('\n').filter(Boolean)).toHaveLength(requests.length)
  expect(requests.length).toBeLessThanOrEqual(8)
  const wrong = findings.filter(({ level }) => level !== 'ok')
  expect(code).toBe(wrong.some(({ level }) => level === 'problem') ? 1 : 0)
  return {
    ...report,
    code,
    stderr,
    wrong: wrong.map((finding) => `${finding.level} ${finding.code}`),
    codes: findings.map((finding) => finding.code),
  }
}
