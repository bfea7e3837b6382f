/** What is tried in this system, and what must come of it. */
import type { System } from './system.ts'
import type { Transcript } from '../support/transcript.ts'
import { isAllowed, names } from './who-may-call.ts'
import type { Name } from './who-may-call.ts'

const callsOfEach = 25
const notForIt = '401 The token is for another audience'

/** `/hello` opens to nobody without a token, and the bootstrap JWT opens the auth server alone. */
export async function closedDoors(system: System, { step }: Transcript): Promise<void> {
  const hello = `${system.addresses.m2}/hello`
  step('GET m2 /hello, no token', await outcomeOf(fetch(hello)), '401 unauthorized')
  const headers = { authorization: `Bearer ${system.bootstrapJwts.m1}` }
  const bootstrap = await outcomeOf(fetch(hello, { headers }))
  step('GET m2 /hello, the bootstrap JWT of m1', bootstrap, notForIt)
}

/** Every microservice is asked to call every one. */
export async function everyPair(system: System, { step, note }: Transcript): Promise<void> {
  const seen: string[] = []
  const expected: string[] = []
  const rows: string[] = []
  for (const caller of names) {
    const answers: string[] = []
    for (const target of names) {
      answers.push(String(await statusOf(query(system, caller, target))))
      expected.push(isAllowed(caller, target) ? '200' : '401')
    }
    seen.push(...answers)
    rows.push(`${caller} calls ${answers.map((answer) => answer.padStart(7)).join('')}`)
  }
  step('each is asked to call each', seen.join(' '), expected.join(' '))
  note([`         ${names.map((name) => name.padStart(7)).join('')}`, ...rows])
}

export async function oneAnswer(system: System, { step }: Transcript): Promise<void> {
  const answer = await outcomeOf(query(system, 'm1', 'm2'))
  step('POST m1 /query {"target":"m2"}', answer, '200 m2 says hello to m1')
  const refused = await outcomeOf(query(system, 'm3', 'm2'))
  step('POST m3 /query {"target":"m2"}', refused, '401 Unauthorized target microservice')
}

/** Whoever sends no JSON is told what is missing, and sees nothing of the inside. */
export async function withoutJson(system: System, { step }: Transcript): Promise<void> {
  const { addresses, authServer, bootstrapJwts } = system
  const asked = await outcomeOf(fetch(`${addresses.m1}/query`, { method: 'POST' }))
  step('POST m1 /query without JSON', asked, '400 No such microservice')
  const headers = { authorization: `Bearer ${bootstrapJwts.m1}` }
  const request = fetch(`${authServer.url}/accesstoken`, { method: 'POST', headers })
  const refused = await outcomeOf(request)
  step('POST /accesstoken by m1 without JSON', refused, '401 Unauthorized target microservice')
}

/** However many calls, a pair asks for one token, and a forbidden one for hardly more. */
export async function manyCalls(system: System, { step }: Transcript): Promise<void> {
  const pairs = names.flatMap((caller) =>
    names.filter((target) => isAllowed(caller, target)).map((target) => ({ caller, target })),
  )
  const answers = await Promise.all(pairs.map((pair) => burst(system, pair)))
  const expected = pairs.map(() => `${callsOfEach} x 200`).join(', ')
  step(`${pairs.length} allowed pairs, ${callsOfEach} calls each`, answers.join(', '), expected)
  const { tokenRequests } = system.authServer
  const asked = pairs.map(({ caller, target }) => tokenRequests(caller, target))
  step('token requests of each, ever', asked.join(' '), pairs.map(() => '1').join(' '))
  const refused = await burst(system, { caller: 'm3', target: 'm2' })
  step('m3 calls m2, which is forbidden', refused, `${callsOfEach} x 401`)
  // A refusal is remembered for a second or more; how many seconds this took is not in our hands.
  const few = tokenRequests('m3', 'm2') <= 3 ? 'at most 3' : 'too many'
  step('its token requests, ever', few, 'at most 3')
}

/** A token for m2 is good for nothing at m1, which only somebody by hand would try. */
export async function wrongDoor(system: System, { step }: Transcript): Promise<void> {
  const hello = `${system.addresses.m1}/hello`
  const right = await carry(system, 'm1', hello)
  step('GET m1 /hello, the token of m1 for m1', right, '200 m1 says hello to m1')
  step('GET m1 /hello, the token of m1 for m2', await carry(system, 'm2', hello), notForIt)
}

/** A good token that cannot be checked is not a bad one: no 401, and its holder keeps it. */
export async function keysOutOfReach(system: System, { step }: Transcript): Promise<void> {
  const m2 = await system.startAnother('m2')
  await system.authServer.stop()
  try {
    const answer = await carry(system, 'm2', `${m2.url}/hello`)
    step('that token at a new m2, no keys in reach', answer, '503 server_error')
  } finally {
    await m2.stop()
  }
}

/** The token of m1 for `target`, taken somewhere by hand. */
async function carry({ tokensOfM1 }: System, target: Name, url: string): Promise<string> {
  const { authorization } = await tokensOfM1.getToken(target)
  return outcomeOf(fetch(url, { headers: { authorization } }))
}

/** Many calls at once, and how they ended: `25 x 200`. */
async function burst(
  system: System,
  { caller, target }: { readonly caller: Name; readonly target: Name },
): Promise<string> {
  const calls = Array.from({ length: callsOfEach }, () => query(system, caller, target))
  const statuses = await Promise.all(calls.map(statusOf))
  return [...Map.groupBy(statuses, (status) => status)]
    .map(([status, all]) => `${all.length} x ${status}`)
    .join(' and ')
}

async function query({ addresses }: System, caller: Name, target: Name): Promise<Response> {
  return fetch(`${addresses[caller]}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target }),
  })
}

/** The status, and the text or the reason of a refusal. */
async function outcomeOf(answer: Promise<Response>): Promise<string> {
  const response = await answer
  const text = await response.text()
  const json = response.headers.get('content-type') === 'application/json'
  return `${response.status} ${json ? reasonIn(text) : text}`
}

/** Why the verifier refused: the client's words for it, or their code. */
function reasonIn(body: string): string {
  const refusal = JSON.parse(body) as Readonly<Record<string, unknown>>
  return String(refusal['error_description'] ?? refusal['error'])
}

/** A body that is not read keeps its connection. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer
  await response.arrayBuffer()
  return response.status
}
