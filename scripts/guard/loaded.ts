/** Prints every file that an import of the module it is given loads, and which of Node's own modules. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const files: string[] = []

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(url)
    return next(url, context)
  },
})

const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] }
const before = new Set(moduleLoadList)
await import(pathToFileURL(process.argv[2] ?? '').href)
const builtins = moduleLoadList.filter((name) => !before.has(name))
console.log(JSON.stringify({ files, builtins }))
