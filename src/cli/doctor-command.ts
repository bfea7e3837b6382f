/** `m2m-tokens doctor`: an examination, its findings on stdout, what is sent on stderr. */
import { doctorCase } from './doctor/doctor-case.ts'
import { examine } from './doctor/examine.ts'
import { planOf } from './doctor/plan.ts'
import { Probe } from './doctor/probe.ts'
import { planText, reportJson, reportText } from './doctor/report.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { reportFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { makeManager } from './make-manager.ts'
import { readSettings } from './read-settings.ts'
import type { SettingWords } from './settings.ts'
import { allowsInsecureHttp, typedUrl } from './typed-url.ts'

export interface DoctorWords extends SettingWords {
  readonly url?: string
  readonly dryRun?: true
  readonly json?: true
}

export async function runDoctor(words: DoctorWords, io: CommandIo): Promise<ExitCode> {
  try {
    const { url } = words
    const rules = { allowInsecureHttp: allowsInsecureHttp(words, io.env) }
    const resourceUrl = url === undefined ? undefined : typedUrl(url, '--url', rules)
    const settings = await readSettings(words, io)
    // With what no program could start with there is nothing to examine.
    await makeManager(settings, io).close()
    const subject = doctorCase(settings, resourceUrl)
    if (words.dryRun === true) {
      const plan = planOf(subject)
      const json = `${JSON.stringify({ requests: plan }, null, 2)}\n`
      await io.stdout.write(words.json === true ? json : planText(plan))
      return exitCodes.ok
    }
    const probe = new Probe({
      fetch: () => io.fetch ?? globalThis.fetch,
      clock: io.clock,
      announce: (line) => io.stderr.write(line),
    })
    const diagnosis = await examine(subject, probe)
    const { findings } = diagnosis
    await io.stdout.write(
      words.json === true ? reportJson(diagnosis, probe) : reportText(findings, isColoured(io)),
    )
    return findings.some(({ level }) => level === 'problem') ? exitCodes.failed : exitCodes.ok
  } catch (error) {
    return reportFailure(error, io, { json: words.json })
  }
}

/** Colours are for terminals, and for people who have not asked to be spared (no-color.org). */
function isColoured({ stdout, env }: CommandIo): boolean {
  return stdout.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
