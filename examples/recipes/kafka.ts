/**
 * Kafka with OAUTHBEARER (kafkajs 2.2): `oauthBearerProvider` is asked for every connection, and
 * again before a session ends; a session ends with its token. Confluent's client also wants
 * `principal` and `lifetime` (our `expiresAt`). When a broker refuses: `kafka-refusal.ts`.
 */
import assert from 'node:assert/strict'
import { Kafka, logLevel } from 'kafkajs'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'
import { startKafkaBroker } from '../support/kafka-broker.ts'

const server = await startAuthorizationServer({ lifetimeSeconds: 3600 })
const broker = await startKafkaBroker(server)
const tokens = new TokenManager({ ...server.options })
const audience = 'https://files.example'

const source = tokens.for(audience, ['file.view'])
async function oauthBearerProvider() {
  // No session shall start with the last seconds of a token.
  const { accessToken } = await source.getToken({ minValidityMs: 60_000 })
  return { value: accessToken }
}
const kafka = new Kafka({
  brokers: [broker.address],
  // `ssl: true` everywhere but here: this login shows the token to whoever listens.
  sasl: { mechanism: 'oauthbearer', oauthBearerProvider },
  logLevel: logLevel.NOTHING,
})

const clients = [kafka.producer(), kafka.admin(), kafka.consumer({ groupId: 'reports' })]
await Promise.all(clients.map((client) => client.connect()))
console.log('connected        ', broker.admitted(), 'clients')
console.log('token requests   ', server.requests.length)
assert.deepEqual([broker.admitted(), broker.refused(), server.requests.length], [3, 0, 1])

await Promise.all(clients.map((client) => client.disconnect()))
await tokens.close()
await Promise.all([broker.stop(), server.close()])
