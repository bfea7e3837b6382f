/**
 * The File service over gRPC: TLS, on this machine alone, with access tokens in the metadata
 * `authorization`. It is defined by hand and speaks JSON, so that nothing has to be generated.
 */
import { Client, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { CallOptions, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import type { ServerControls } from 'm2m-tokens/testing'
import { createSelfSigned } from '../../test/support/certificates.ts'
import type { Files } from './files-api.ts'
import { createTokenGate } from './token-gate.ts'
import type { TokenGate } from './token-gate.ts'

export interface GrpcFiles extends TokenGate {
  readonly address: string
  /** PEM: the certificate that a client of this service trusts. */
  readonly certificate: Buffer
  readonly stop: () => void
}

const json = {
  serialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes: Buffer): unknown => JSON.parse(bytes.toString()),
}

const definition = {
  list: {
    path: '/files.Files/List',
    requestStream: false,
    responseStream: false,
    requestSerialize: json.serialize,
    requestDeserialize: json.deserialize,
    responseSerialize: json.serialize,
    responseDeserialize: json.deserialize,
  },
}

/** The client that a generator would make. */
export class FilesClient extends Client {
  /** One call of `files.Files/List`. */
  list(options: CallOptions): Promise<Files> {
    const { path, requestSerialize, responseDeserialize } = definition.list
    return new Promise((resolve, reject) => {
      const ends = (error: Error | null, files?: unknown) => {
        if (error === null) resolve(files as Files)
        else reject(error)
      }
      const metadata = new Metadata()
      this.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        {},
        metadata,
        options,
        ends,
      )
    })
  }
}

export async function startGrpcFiles(
  authorizationServer: Pick<ServerControls, 'accepts'>,
): Promise<GrpcFiles> {
  const gate = createTokenGate(authorizationServer)
  const server = new Server()
  server.addService(definition, {
    list: ({ metadata }: ServerUnaryCall<unknown, Files>, answer: sendUnaryData<Files>) => {
      const [authorization] = metadata.get('authorization')
      if (gate.admits(authorization?.toString())) answer(null, { files: ['plan.txt', 'notes.txt'] })
      else answer({ code: status.UNAUTHENTICATED, details: 'invalid_token' })
    },
  })
  const { certificatePem, keyPem } = await createSelfSigned({
    commonName: 'localhost',
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  const certificate = Buffer.from(certificatePem)
  const pair = { cert_chain: certificate, private_key: Buffer.from(keyPem) }
  const port = await new Promise<number>((resolve, reject) => {
    const secure = ServerCredentials.createSsl(null, [pair])
    server.bindAsync('127.0.0.1:0', secure, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  const stop = () => {
    server.forceShutdown()
  }
  return { ...gate, address: `127.0.0.1:${port}`, certificate, stop }
}
