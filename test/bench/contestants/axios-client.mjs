/** axios for the contestants that need it: over a stub where there is one, else over the loopback. */
import { Agent } from 'node:http'
import axios from 'axios'

/** The client that calls the resource. */
export function axiosClient({ isStub }) {
  return axios.create(isStub ? { adapter: stubAdapter } : { httpAgent })
}

/** Without it every call would open a connection of its own, and that would be measured. */
const httpAgent = new Agent({ keepAlive: true })

async function stubAdapter(config) {
  return { data: '', status: 200, statusText: 'OK', headers: {}, config, request: undefined }
}

/** The client that asks for tokens. */
export function axiosForTokens(world) {
  if (!world.isStub) return axios.create()
  return axios.create({
    adapter: async (config) => {
      const response = await world.fetch(config.url)
      const data = await response.json()
      return { data, status: 200, statusText: 'OK', headers: {}, config, request: undefined }
    },
  })
}
