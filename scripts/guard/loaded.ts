/** Prints every file that an import of the module it is given loads, dependencies included. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const files: string[] = []

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(url)
    return next(url, context)
  },
})

await import(pathToFileURL(process.argv[2] ?? '').href)
console.log(JSON.stringify(files))
