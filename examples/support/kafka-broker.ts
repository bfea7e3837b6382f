/**
 * As much of a Kafka broker as it takes to log in: ApiVersions, SaslHandshake and SaslAuthenticate
 * with OAUTHBEARER (RFC 7628, KIP-255), on this machine alone. Nothing can be sent or read there.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import type { ServerControls } from 'm2m-tokens/testing'
import { createTokenGate } from './token-gate.ts'
import type { TokenGate } from './token-gate.ts'

export interface KafkaBroker extends TokenGate {
  readonly address: string
  readonly stop: () => Promise<void>
}

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 65_535)])
const text = (value: string) => Buffer.concat([int16(value.length), Buffer.from(value)])
const keys = { saslHandshake: 17, apiVersions: 18, saslAuthenticate: 36 }

export async function startKafkaBroker(
  server: Pick<ServerControls, 'accepts'>,
): Promise<KafkaBroker> {
  const gate = createTokenGate(server)
  const sockets = new Set<Socket>()
  const answer = (key: number, body: Buffer): readonly Buffer[] => {
    // Keys with the versions from 0 to 1, and no throttling.
    const versions = Object.values(keys).flatMap((one) => [int16(one), int16(0), int16(1)])
    if (key === keys.apiVersions) return [int16(0), int32(3), ...versions, int32(0)]
    if (key === keys.saslHandshake) return [int16(0), int32(1), text('OAUTHBEARER')]
    const credential = /\u0001auth=([^\u0001]*)/.exec(body.toString())?.[1]
    // What Apache's broker says to a bad token is no error, but the challenge of RFC 7628.
    const challenge = Buffer.from(gate.admits(credential) ? '' : '{"status":"invalid_token"}')
    // No error code, no message, and a session without an end.
    return [int16(0), int16(-1), int32(challenge.length), challenge, int32(0), int32(0)]
  }
  const listener = createServer((socket) => {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0)
        // Length, key, version, correlation id; then the client's name and the body.
        const reply = answer(received.readInt16BE(4), received.subarray(12, end))
        const framed = Buffer.concat([received.subarray(8, 12), ...reply])
        socket.write(Buffer.concat([int32(framed.length), framed]))
        received = received.subarray(end)
      }
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    listener.close()
    await once(listener, 'close')
  }
  return { ...gate, address: `127.0.0.1:${address.port}`, stop }
}
