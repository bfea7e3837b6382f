/** One token: asked for when it is first needed, kept, and handed to everyone who asks. */
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer({ lifetimeSeconds: 600 })
const tokens = new TokenManager({ ...server.options }) // issuer, clientId, clientSecret
const audience = 'https://calendar.example'

const token = await tokens.getToken(audience, ['event.create'])
console.log('type          ', token.tokenType)
console.log('scopes        ', token.scopes.join(' '))
console.log('lives for     ', Math.round((token.expiresAt - Date.now()) / 1000), 's')

// The text is in `token.accessToken` and `token.authorization`; printing the token shows neither.
console.log('printed       ', String(token))

// Order and repetition of scopes do not matter: this is the same token, and nothing is sent.
const again = await Promise.all(
  Array.from({ length: 100 }, () => tokens.getToken(audience, 'event.create event.create')),
)
console.log('asked again   ', again.filter((held) => held === token).length, 'times the same token')
console.log('token requests', server.requests.length)

await tokens.close()
await server.close()
