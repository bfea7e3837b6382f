/** Ends a test run with one line that people and scripts can read: `412 passed, 0 failed`. */
import { writeFileSync, mkdirSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') counts.passed += 1
        else if (state === 'failed') counts.failed += 1
        else counts.skipped += 1
      }
    }
    mkdirSync('.cache', { recursive: true })
    writeFileSync('.cache/test-counts.json', JSON.stringify(counts))
    // After the other reporters and the coverage table, so that it stays the last line.
    process.once('exit', () => {
      console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
    })
  }
}
