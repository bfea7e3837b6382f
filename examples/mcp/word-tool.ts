/** What the MCP server is for: one tool, which counts words. Made anew for every request. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

export const toolName = 'count_words'

export function createWordServer(): McpServer {
  const server = new McpServer({ name: 'words', version: '1.0.0' })
  const description = 'Counts the words of a text.'
  server.registerTool(
    toolName,
    { description, inputSchema: { text: z.string() } },
    ({ text }, { authInfo }) => {
      const words = text.split(/\s+/).filter(Boolean).length
      const answer = `${words} words, counted for ${authInfo?.clientId ?? 'nobody'}`
      return { content: [{ type: 'text', text: answer }] }
    },
  )
  return server
}
