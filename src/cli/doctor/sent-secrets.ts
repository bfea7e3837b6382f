/**
 * What a request carries that may be printed nowhere, whoever repeats it: the credential in its
 * spellings, and the token. Kept for one examination.
 */
import { jsonObject } from '../../json-object.ts'
import { withoutSecrets } from '../../wire/quoted-text.ts'

/** What is shorter is a word that sentences need. */
const shortest = 6

export class SentSecrets {
  readonly #texts = new Set<string>()

  /** Learns from the headers and the body of a request that is about to be sent. */
  learn(headers: Headers, body: unknown): void {
    const [scheme = '', credentials = ''] = (headers.get('authorization') ?? '').split(' ')
    this.#add(credentials)
    if (scheme.toLowerCase() === 'basic') {
      const pair = Buffer.from(credentials, 'base64').toString('utf8')
      const secret = pair.slice(pair.indexOf(':') + 1)
      this.#add(secret)
      this.#add(new URLSearchParams(`s=${secret}`).get('s') ?? '')
    }
    if (typeof body !== 'string') return
    const members = jsonObject(body) ?? Object.fromEntries(new URLSearchParams(body))
    for (const name of ['client_secret', 'clientSecret', 'client_assertion', 'clientAssertion']) {
      const value = members[name]
      if (typeof value === 'string') this.#add(value)
    }
  }

  /** `text` without any of them. */
  hiddenIn(text: string): string {
    return withoutSecrets(text, [...this.#texts])
  }

  #add(text: string): void {
    if (text.length >= shortest) this.#texts.add(text)
  }
}
