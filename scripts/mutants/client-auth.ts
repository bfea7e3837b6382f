/** Mutants of the proof of who we are. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const answers = 'promises/token-answers'
const discovery = 'promises/discovery'
const secrets = 'promises/secrets-stay-secret'

export const clientAuthMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/client-auth/client-secret.ts',
    [discovery, answers],
    [
      {
        id: 'secret-encoded',
        rule: 'Both halves of Basic credentials are form-encoded.',
        find: '`${encode(clientId)}:${encode(text)}`',
        replace: '`${clientId}:${text}`',
      },
      {
        id: 'secret-id-encoded',
        rule: 'A colon in the client id cannot end it early.',
        find: '`${encode(clientId)}:',
        replace: '`${clientId}:',
        killers: ['rooms/client-auth/client-secret'],
      },
      {
        id: 'secret-raw',
        rule: 'Raw credentials are not encoded.',
        find: '(text: string) => text',
        replace: 'formEncode',
      },
      {
        id: 'secret-raw-colon',
        rule: 'A client id with a colon is not sent raw.',
        find: "encoding === 'form' || !clientId.includes(':')",
        replace: 'true',
        killers: ['rooms/client-auth/client-secret'],
      },
      {
        id: 'secret-no-list-means-basic',
        rule: 'Without a list, Basic is used.',
        find: 'authMethods === undefined || ',
        replace: 'authMethods !== undefined && ',
      },
      {
        id: 'secret-basic-preferred',
        rule: 'Where both are listed, Basic is used.',
        find: "authMethods.includes('client_secret_basic')",
        replace: "!authMethods.includes('client_secret_post')",
      },
      {
        id: 'secret-read-again',
        rule: 'A function that gives the secret is asked again for every attempt.',
        find: "rotates: typeof secret !== 'string'",
        replace: 'rotates: false',
        killers: ['promises/outage-ride-through'],
      },
      {
        id: 'secret-hidden-credentials',
        rule: 'The encoded credentials are hidden as well.',
        find: 'secrets: [text, formEncode(text), credentials,',
        replace: 'secrets: [text, formEncode(text),',
        killers: ['rooms/client-auth/client-secret'],
      },
      {
        id: 'secret-hidden-in-form',
        rule: 'A secret in the form is hidden.',
        find: 'secrets: [text, formEncode(text)],',
        replace: 'secrets: [],',
        killers: [secrets],
      },
    ],
  ),
]
