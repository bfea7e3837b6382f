/**
 * undici's own fetch over one dispatcher, made to take and give what the global one does. Each copy
 * of undici knows only classes of its own: a Request or FormData of another is translated on the
 * way in, and the Response on the way out.
 */
import type * as Undici from 'undici'
import { fieldsOf, initNames, isRequest, sharedNames } from '../bearer/fetch-arguments.ts'
import { readShortBody } from './undici-body.ts'

type Fetch = typeof globalThis.fetch
type Init = Undici.RequestInit

/** Held by their bodies: undici cancels the body of a Response that nothing holds any more. */
const originals = new WeakMap<ReadableStream, Undici.Response>()

export function fetchOver(dispatcher: Undici.Dispatcher): Fetch {
  let loading: Promise<typeof Undici> | undefined
  return async (input, init) => {
    loading ??= import('undici')
    const undici = await loading
    const [target, given] = await translate(undici, input, init)
    return asGlobal(await undici.fetch(target, { ...given, dispatcher }))
  }
}

async function translate(
  undici: typeof Undici,
  input: unknown,
  init: unknown,
): Promise<[Undici.RequestInfo, Init]> {
  const given = isRequest(init) ? await asInit(init) : readInit(init)
  if (isForm(given.body)) given.body = ownForm(undici, given.body)
  if (!isRequest(input) || input instanceof undici.Request) {
    return [input as Undici.RequestInfo, given]
  }
  const replaced = given.body !== undefined && given.body !== null
  return [input.url, { ...(await asInit(input, replaced)), ...given }]
}

/** Of an instance of a class too; what is undefined says nothing. */
function readInit(given: unknown): Init {
  const init: object = Object(given) as object
  return fieldsOf(init, [...Object.keys(init), ...initNames])
}

/** What a Request of another copy says, as an init. */
async function asInit(request: Request, withoutBody = false): Promise<Init> {
  const fields = fieldsOf(request, sharedNames)
  // A Request of a navigation cannot be made again.
  if (fields['mode'] === 'navigate') delete fields['mode']
  const body = withoutBody ? undefined : await readShortBody(request)
  return (body === undefined ? fields : { ...fields, body, duplex: 'half' }) as Init
}

function ownForm(undici: typeof Undici, given: Undici.FormData): Undici.FormData {
  if (given instanceof undici.FormData) return given
  const form = new undici.FormData()
  // Any form may come: of the global class, for example.
  for (const [name, value] of given as Iterable<[string, string | File]>) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, value.name)
  }
  return form
}

/** The same answer as a global Response, for whoever asks `instanceof` or passes it on. */
function asGlobal(response: Undici.Response): Response {
  const original: unknown = response
  if (original instanceof globalThis.Response) return original
  const { status, statusText, headers, url, redirected, type } = response
  const body = response.body as ReadableStream | null
  // Some servers answer with a status that no Response can be made with.
  if (status < 200 || status > 599) return original as Response
  const global = new Response(body, { status, statusText, headers: [...headers] })
  for (const [name, value] of Object.entries({ url, redirected, type })) {
    Object.defineProperty(global, name, { value, configurable: true })
  }
  if (body !== null) originals.set(body, response)
  return global
}

/** By name: each copy of undici has a class of its own. */
function isForm(body: unknown): body is Undici.FormData {
  return Object.prototype.toString.call(body) === '[object FormData]'
}
