/**
 * Ends a test run with one line that people and scripts can read: `412 passed, 0 failed, 0 skipped`.
 * The same counts are left in `.cache/test-counts.json`. What fails outside a test counts too: a
 * file that does not load, a hook, an unhandled rejection, a type error, a run that was stopped.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

const file = '.cache/test-counts.json'

export default class CountReporter implements Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 }

  onInit(): void {
    // A run that is killed must not leave the counts of the one before it.
    rmSync(file, { force: true })
    // On exit, so that it comes after the other reporters and the coverage table.
    process.once('exit', () => {
      const { passed, failed, skipped } = this.#counts
      console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
    })
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: 'passed' | 'interrupted' | 'failed',
  ): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') counts.passed += 1
        else if (state === 'failed') counts.failed += 1
        else counts.skipped += 1
      }
    }
    if (reason !== 'passed' && counts.failed === 0) counts.failed = 1
    this.#counts = counts
    mkdirSync('.cache', { recursive: true })
    writeFileSync(file, JSON.stringify(counts))
  }
}
