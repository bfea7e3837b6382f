/** Mutants of sending a token with what it takes to spend it: proofs, nonces, connections. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const room = 'rooms/bearer/proven-sending'
const rejected = 'promises/rejected-token'
const dpop = 'promises/dpop'

export const provenSendingMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/bearer/proven-sending.ts',
    [room, dpop],
    [
      {
        id: 'verdict-403',
        rule: '403 is the caller’s and is not renewed.',
        find: 'sending.send({ authorization })\n    return { answer, refused: sending.status(answer) === 401 }',
        replace:
          'sending.send({ authorization })\n    return { answer, refused: [401, 403].includes(sending.status(answer)) }',
        killers: [rejected],
      },
      {
        id: 'proven-403',
        rule: '403 is the caller’s also for a token that is bound to a key.',
        find: 'if (!wanted) return { answer, refused: sending.status(answer) === 401 }',
        replace: 'if (!wanted) return { answer, refused: sending.status(answer) >= 401 }',
      },
      {
        id: 'proven-nonce-no-refusal',
        rule: 'A 401 that only wants a nonce does not refuse the token.',
        find: 'return { answer, refused: false }',
        replace: 'return { answer, refused: true }',
      },
      {
        id: 'proven-nonce-resent',
        rule: 'A 401 that wants a nonce is answered with it.',
        find: 'if (!wanted) return',
        replace: 'return',
      },
      {
        id: 'proven-nonce-proof',
        rule: 'Where no proof was sent, a 401 refuses the token, whatever it wants.',
        find: "'dpop' in proof && ",
        replace: '',
      },
      {
        id: 'proven-stream',
        rule: 'A stream is not sent again for a nonce.',
        find: ' || !sending.replayable',
        replace: '',
      },
      {
        id: 'proven-nonce-told',
        rule: 'The nonce that is used is the one that this answer told.',
        find: 'nonce = told\n',
        replace: 'nonce = held.nonce(url)\n',
      },
      {
        id: 'proven-nonce-known',
        rule: 'The nonce that is known goes with the first sending.',
        find: 'let nonce = held.nonce(url)',
        replace: 'let nonce: string | undefined',
      },
      {
        id: 'proven-nonce-repeated',
        rule: 'A server that repeats the nonce it was given is not asked again.',
        find: 'told !== nonce && ',
        replace: '',
      },
      {
        id: 'proven-nonce-ends',
        rule: 'A server that wants another nonce each time is not asked for ever.',
        find: ' && count < mostSendings',
        replace: '',
      },
      {
        id: 'proven-new-proof',
        rule: 'Each sending has a proof of its own.',
        find: '  for (let count = 1; ; count += 1) {\n    const proof = await held.headers(token, { url, method, nonce })\n',
        replace:
          '  const proof = await held.headers(token, { url, method, nonce })\n  for (let count = 1; ; count += 1) {\n',
      },
      {
        id: 'proven-learns',
        rule: 'A nonce that comes with any answer is learned.',
        find: "held.learn(url, sending.header(answer, 'dpop-nonce'))",
        replace: "sending.header(answer, 'dpop-nonce') ?? undefined",
      },
      {
        id: 'proven-connection',
        rule: 'A token that is bound to a certificate goes over its connection.',
        find: 'held.connection(token)',
        replace: 'undefined',
      },
      {
        id: 'proven-drained',
        rule: 'The body of an answer that is not told is given up.',
        find: 'sending.discard(answer)\n    // Not',
        replace: '// Not',
      },
      {
        id: 'proven-nonce-401',
        rule: 'Only a 401 can want a nonce.',
        find: 'if (sending.status(answer) !== 401) return false',
        replace: '',
      },
      {
        id: 'proven-nonce-scheme',
        rule: 'Only a challenge of DPoP can want a nonce.',
        find: "scheme === 'dpop' && ",
        replace: '',
      },
      {
        id: 'proven-nonce-error',
        rule: 'Only the error use_dpop_nonce wants a nonce.',
        find: " && parameters.get('error') === 'use_dpop_nonce'",
        replace: '',
      },
    ],
  ),
]
