/** `npx node examples/node-oauth2-server/run.ts`: starts the provider, plays the consumer, ends both. */
import { randomBytes } from 'node:crypto'
import { consume } from './consumer.ts'
import { startProvider } from './provider.ts'
import { createTranscript } from '../support/transcript.ts'

// Base64 ends in `==` here: sent form-encoded, as the RFC has it, this server would not know it.
const clientSecret = randomBytes(16).toString('base64')
const client = { clientId: 'consumer', clientSecret }
const provider = await startProvider(client)
try {
  const transcript = createTranscript(`node-oauth2-server: provider ${provider.url}`)
  await consume(provider, client, transcript)
  const { arrived, refused } = provider.tokenRequests()
  transcript.note(['', `token requests: ${arrived}, refused: ${refused}`])
  if (arrived !== 2) throw new Error('one token was to serve every call that needs one')
  if (refused !== 1) throw new Error('bad credentials were to be refused, and they alone')
} finally {
  await provider.stop()
}
