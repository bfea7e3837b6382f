/**
 * The File service's OpenAPI document, and the types that `openapi-typescript` would make of it:
 * what the recipes for typed and for generated clients start from.
 */
export const filesDocument = {
  openapi: '3.1.0',
  info: { title: 'Files', version: '1' },
  paths: {
    '/files': {
      get: {
        operationId: 'listFiles',
        responses: { 200: { $ref: '#/components/responses/Files' } },
      },
      post: {
        operationId: 'addFile',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewFile' } } },
        },
        responses: { 200: { $ref: '#/components/responses/Files' } },
      },
    },
  },
  components: {
    schemas: {
      Files: {
        type: 'object',
        required: ['files'],
        properties: { files: { type: 'array', items: { type: 'string' } } },
      },
      NewFile: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' } },
      },
    },
    responses: {
      Files: {
        description: 'What is there.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Files' } } },
      },
    },
  },
} as const

export interface Files {
  readonly files: string[]
}

export interface NewFile {
  readonly name: string
}

interface FilesAnswer {
  readonly responses: { readonly 200: { readonly content: { readonly 'application/json': Files } } }
}

export interface paths {
  readonly '/files': {
    readonly get: FilesAnswer
    readonly post: FilesAnswer & {
      readonly requestBody: { readonly content: { readonly 'application/json': NewFile } }
    }
  }
}
