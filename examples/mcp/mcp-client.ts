/** The part to copy: the official SDK's client, whose transport is given our `fetch`. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { TokenManager } from 'm2m-tokens'
import { toolName } from './word-tool.ts'

const text = 'one token for many calls'

export interface Visit {
  readonly tools: readonly string[]
  /** What the tool answered. */
  readonly answer: string
}

/** Connects, lists the tools, calls one, and leaves. */
export async function visit(url: string, { fetch }: TokenManager): Promise<Visit> {
  const client = new Client({ name: 'task-service', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
  try {
    const { tools } = await client.listTools()
    const result = await client.callTool({ name: toolName, arguments: { text } })
    return { tools: tools.map(({ name }) => name), answer: textOf(result) }
  } finally {
    await client.close()
  }
}

function textOf(result: unknown): string {
  const [part] = CallToolResultSchema.parse(result).content
  return part?.type === 'text' ? part.text : ''
}
