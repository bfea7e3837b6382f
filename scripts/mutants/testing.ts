/** Mutants of the test kit: a fault that is none, and a server that believes too much. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const server = 'testing/authorization-server'
const clients = 'testing/clients'
const answers = 'testing/scripted-answers'
const resource = 'testing/resource-server'
const fake = 'testing/fake-tokens'
const msw = 'testing/msw-handlers'
const dpop = 'testing/dpop'
const ownProcess = 'testing/kit-process'

export const testingMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/testing/registered-clients.ts',
    [clients],
    [
      {
        id: 'kit-secret',
        rule: 'A client is let in by its own secret alone.',
        find: 'if (secrets.includes(secret)) return id',
        replace: 'return id',
      },
      {
        id: 'kit-one-method',
        rule: 'A client authenticates by one method a request.',
        find: 'if (methods.length > 1) {',
        replace: 'if (methods.length > 9) {',
      },
      {
        id: 'kit-assertion-once',
        rule: 'An assertion is for one use.',
        find: 'this.#usedIds.add(used)',
        replace: '',
      },
      {
        id: 'kit-assertion-audience',
        rule: 'An assertion is for this server.',
        find: 'audience: [...audiences], clock }',
        replace: 'clock }',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/bound-key.ts',
    [dpop],
    [
      {
        id: 'kit-proof-once',
        rule: 'A proof serves once.',
        find: 'this.#usedIds.add(String(jti))',
        replace: '',
      },
      {
        id: 'kit-proof-place',
        rule: 'A proof is for this endpoint.',
        find: ' || htu !== tokenEndpoint',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/issued-tokens.ts',
    [server, resource],
    [
      {
        id: 'kit-expired',
        rule: 'A token is good for nothing from the very end of its life.',
        find: 'if (this.#clock.now() >= grant.expiresAt) return false',
        replace: 'if (this.#clock.now() > grant.expiresAt) return false',
      },
      {
        id: 'kit-audience',
        rule: 'A token is good for its audience alone.',
        find: 'if (audience !== undefined && !grant.audiences.includes(audience)) return false',
        replace: '',
      },
      {
        id: 'kit-furthest-end',
        rule: 'A fake expires with the last of its tokens.',
        find: 'Math.max(this.#lastEndsAt, grant.expiresAt)',
        replace: 'grant.expiresAt',
        killers: [fake],
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/token-grant.ts',
    [server],
    [
      {
        id: 'kit-scope-rights',
        rule: 'Scopes beyond the rights are refused.',
        find: 'if (!scopes.every((scope) => allowed.includes(scope))) {',
        replace: 'if (false) {',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/signing-keys.ts',
    [server],
    [
      {
        id: 'kit-rotation',
        rule: 'After a rotation the old key is published no more.',
        find: 'this.#current = undefined',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/answer-script.ts',
    [answers],
    [
      {
        id: 'kit-queue-first',
        rule: 'The next answer comes before the standing one.',
        find: 'this.#queue.shift() ?? this.#standing ?? parseAnswer({})',
        replace: 'this.#standing ?? this.#queue.shift() ?? parseAnswer({})',
      },
      {
        id: 'kit-hold',
        rule: 'A server that is held answers nothing.',
        find: 'released: this.#gate }',
        replace: 'released: Promise.resolve() }',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/scripted-server.ts',
    [answers],
    [
      {
        id: 'kit-late',
        rule: 'A late answer is late.',
        find: 'if (answer.delayMs > 0) await',
        replace: 'if (answer.delayMs < 0) await',
      },
      {
        id: 'kit-elsewhere',
        rule: 'Nothing is served where nothing was published.',
        find: 'if (!this.#tokenPaths.has(path)) return notFound()',
        replace: '',
        killers: [server],
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/http-listener.ts',
    [ownProcess],
    [
      {
        id: 'kit-keeps-process',
        rule: 'A server that was forgotten does not keep a process alive.',
        find: '  server.unref()',
        replace: '',
      },
      {
        id: 'kit-idle-connection',
        rule: 'Neither does an idle connection.',
        find: "server.on('connection', (socket) => socket.unref())",
        replace: '',
      },
      {
        id: 'kit-outage',
        rule: 'An outage drops the connections that are there.',
        find: 'server.closeAllConnections()',
        replace: '',
        killers: [answers],
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/resource-check.ts',
    [resource],
    [
      {
        id: 'kit-revoked-jwt',
        rule: 'A resource refuses a JWT that was revoked.',
        find: 'if (token !== undefined && authorizationServer.isRevoked(token)) return invalidToken()',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/fake-tokens.ts',
    [fake],
    [
      {
        id: 'kit-one-failure',
        rule: 'One fault is one failure.',
        find: 'retries: options.retries ?? 0,',
        replace: 'retries: options.retries ?? 2,',
      },
      {
        id: 'kit-no-failure',
        rule: 'A failure that is none is refused.',
        find: 'for (const failure of failures) refuseSuccess(failure)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/in-process-fetch.ts',
    [fake],
    [
      {
        id: 'kit-hands-over',
        rule: 'A fake answers for its own authorization server alone.',
        find: 'if (!isOurs) return next()(input, init)',
        replace: '',
      },
      {
        id: 'kit-held-and-gone',
        rule: 'What is held back does not hold a caller who has gone.',
        find: "signal.addEventListener('abort', leave, { once: true })",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/testing/msw-handlers.ts',
    [msw],
    [
      {
        id: 'kit-msw-http',
        rule: 'What is not the http of msw is refused by name.',
        find: ".all !== 'function') {",
        replace: ".all === 'nothing') {",
      },
      {
        id: 'kit-msw-fault',
        rule: 'A fault behind msw is a failed connection, and no 500.',
        find: `    } catch {
      // msw makes a 500`,
        replace: `    } catch (error) {
      throw error
      // msw makes a 500`,
      },
    ],
  ),
]
