/**
 * Kafka when a broker refuses a token. Apache's brokers answer with a challenge, which kafkajs 2.2
 * takes for success: `connect()` resolves, and the next request fails. A provider of the login
 * itself reads the challenge, reports the token, and lets kafkajs connect again with another.
 */
import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'
import type { AuthenticationProviderArgs } from 'kafkajs'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'
import { startKafkaBroker } from '../support/kafka-broker.ts'

const { Kafka, KafkaJSConnectionError, KafkaJSProtocolError, logLevel } = kafkajs
const server = await startAuthorizationServer({ lifetimeSeconds: 3600 })
const broker = await startKafkaBroker(server)
const tokens = new TokenManager({ ...server.options })
const audience = 'https://files.example'

const source = tokens.for(audience, ['file.view'])
const authenticationProvider = ({ saslAuthenticate }: AuthenticationProviderArgs) => ({
  authenticate: async () => {
    const { accessToken } = await source.getToken({ minValidityMs: 60_000 })
    const login = Buffer.from(`....n,,\u0001auth=Bearer ${accessToken}\u0001\u0001`)
    login.writeInt32BE(login.length - 4) // Both ways, four bytes of length come first.
    const request = { encode: () => login }
    const response = { decode: (bytes: Buffer) => bytes.subarray(4), parse: String }
    const refusal = await saslAuthenticate({ request, response }).catch((error: unknown) => {
      if (error instanceof KafkaJSProtocolError) return error.type // Others say it with an error.
      throw error
    })
    if (refusal === '') return
    source.invalidate(accessToken)
    throw new KafkaJSConnectionError(`token refused: ${String(refusal)}`) // kafkajs tries again.
  },
})
const sasl = { mechanism: 'oauthbearer', authenticationProvider }
const kafka = new Kafka({ brokers: [broker.address], sasl, logLevel: logLevel.NOTHING })

server.revoke((await source.getToken()).accessToken)
const producer = kafka.producer({ retry: { initialRetryTime: 50 } })
await producer.connect()
console.log('refused          ', broker.refused(), 'and connected with the next')
console.log('token requests   ', server.requests.length)
assert.deepEqual([broker.admitted(), broker.refused(), server.requests.length], [1, 1, 2])

await producer.disconnect()
await tokens.close()
await Promise.all([broker.stop(), server.close()])
