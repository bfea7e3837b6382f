/**
 * Runs in an empty process and says what a start costs. `import <url>`: how long the import took and
 * what it left in memory. `modules <url>`: how many files it loaded. `first <url> <endpoint>`: when
 * the first token was there, counted from the start of the process.
 */
import { registerHooks } from 'node:module'
import process from 'node:process'
import { URL } from 'node:url'

const [what, url, endpoint] = process.argv.slice(2)
const { performance } = globalThis
const global = globalThis

const probes = {
  async import() {
    const start = performance.now()
    await import(url)
    return { ms: performance.now() - start, rss: process.memoryUsage.rss() }
  },
  async modules() {
    let modules = 0
    registerHooks({
      load(file, context, next) {
        if (!file.startsWith('node:')) modules += 1
        return next(file, context)
      },
    })
    await import(url)
    return { modules }
  },
  async first() {
    const { contestant } = await import(url)
    const world = {
      isStub: false,
      tokenEndpoint: endpoint,
      resource: new URL('/api', endpoint).href,
      fetch: (input, init) => global.fetch(input, init),
      bareFetch: (input, init) => global.fetch(input, init),
    }
    await firstToken(contestant, world)
    return { ms: performance.now() }
  },
}

async function firstToken(contestant, world) {
  if (contestant.firstToken !== undefined) return contestant.firstToken(world)
  const get = (await contestant.bound?.(world, ['event'])) ?? contestant.expiring(world)
  return contestant.textOf(await get(0))
}

const told = await probes[what]()
// Once it has been told, nothing that a contestant keeps open may keep the process.
process.stdout.write(JSON.stringify(told), () => process.exit())
