/**
 * Which packages does importing `m2m-tokens` load? Prints their names, one a line. Run by
 * `scripts/check-installed.ts` in a project that has nothing but the package: `import` in the
 * first argument loads the ESM copy, `require` the CommonJS one.
 */
import { createRequire, registerHooks } from 'node:module'

const names = new Set<string>()
registerHooks({
  load(url, context, nextLoad) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
    if (name !== undefined) names.add(name)
    return nextLoad(url, context)
  },
})
if (process.argv[2] === 'import') await import('m2m-tokens')
else createRequire(import.meta.url)('m2m-tokens')
console.log([...names].sort().join('\n'))
