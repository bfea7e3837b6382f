/**
 * gRPC (`@grpc/grpc-js` 1.14): call credentials ask for the token when the connection is ready.
 * They are made for one call each, so that it knows which token was refused; UNAUTHENTICATED is
 * gRPC's 401. Only over TLS: grpc-js sends credentials of a call over a plain channel as well.
 */
import assert from 'node:assert/strict'
import { credentials, Metadata, status } from '@grpc/grpc-js'
import type { CallOptions, ServiceError } from '@grpc/grpc-js'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'
import { FilesClient, startGrpcFiles } from '../support/grpc-files.ts'

const server = await startAuthorizationServer()
const files = await startGrpcFiles(server)
const tokens = new TokenManager({ ...server.options })
const audience = 'https://files.example'

const source = tokens.for(audience, ['file.view'])
const client = new FilesClient(files.address, credentials.createSsl(files.certificate))

async function authorised<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
  let spent = ''
  const bearer = credentials.createFromMetadataGenerator((_call, answer) => {
    source.getToken().then(({ accessToken, authorization }) => {
      const metadata = new Metadata()
      metadata.set('authorization', authorization)
      spent = accessToken
      answer(null, metadata)
    }, answer)
  })
  return call({ credentials: bearer }).catch((error: unknown) => {
    if ((Object(error) as Partial<ServiceError>).code !== status.UNAUTHENTICATED) throw error
    source.invalidate(spent)
    return call({ credentials: bearer }) // Once; not for a stream of requests, which is spent.
  })
}
const list = () => authorised((options) => client.list(options))

console.log('List             ', (await list()).files.join(', '))
server.revoke((await source.getToken()).accessToken)
await Promise.all([list(), list(), list()])
console.log('after revocation ', files.admitted() - 1, `answered (${files.refused()} refused)`)
console.log('token requests   ', server.requests.length)
assert.deepEqual([files.admitted(), files.refused(), server.requests.length], [4, 3, 2])

client.close()
files.stop()
await tokens.close()
await server.close()
