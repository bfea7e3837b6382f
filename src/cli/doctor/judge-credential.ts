/**
 * What to do about a credential that could not be read: about its file, or about what is in it. Pure;
 * it knows the words of this library's own messages.
 */
import { problem } from './finding.ts'
import type { Finding } from './finding.ts'

/** @param message Of the library's error; it holds nothing of the credential. */
export function judgeCredential(message: string): Finding {
  const [, remedy] = advice.find(([words]) => words.test(message)) ?? [undefined, standard]
  // What follows there is for programs.
  const said = message.replace(/; decrypt it, or pass .*$/, '')
  return problem(
    'credential_unreadable',
    `${said.slice(0, 1).toUpperCase()}${said.slice(1)}. Nothing was sent to the token endpoint.`,
    remedy,
  )
}

const standard =
  'Check the path, and that this user may read the file; in containers, that the secret is mounted.'

const advice: readonly (readonly [words: RegExp, remedy: string])[] = [
  [
    /is encrypted/,
    "A variable cannot name the passphrase: write the key without one ('openssl pkcs8 -in key.pem -out plain.pem'), into a file that this user alone may read.",
  ],
  [
    /is a public key/,
    'Name the file of the private half in M2M_PRIVATE_KEY_FILE; the public one belongs to the server, where the client is registered.',
  ],
  [
    /does not fit/,
    'Set M2M_PRIVATE_KEY_ALGORITHM to what this key signs with, or leave it out; or name another key.',
  ],
  [
    /is of type|bits;/,
    "Make another key, such as 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256', and register its public half for this client.",
  ],
  [
    /is not PEM|is not JSON|an empty text|is blank|JWK/,
    'Look at what is in the file: the credential alone and whole, as it was issued, with nothing cut off when it was copied or mounted.',
  ],
]
