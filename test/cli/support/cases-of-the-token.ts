/** What goes wrong when a token is asked for, read or spent. */
import { startExpressOAuth } from '../../interop/support/express-oauth.ts'
import { listen, sendJson } from '../../interop/support/loopback.ts'
import { startTokenEndpoint } from '../../interop/support/plain-servers.ts'
import { asTaskService, calendarUrn, secret, startCalendar, startOidc } from './doctor-case.ts'
import type { DoctorCase, Prepared } from './doctor-case.ts'
import type { SuperTokens } from './supertokens.ts'

const forCalendar = ['--resource', calendarUrn, '--scope', 'event.view']
const env = { M2M_CLIENT_SECRET: secret }

/** Like a service that was told its token endpoint. */
function atEndpoint(endpoint: string, more: readonly string[] = []): Prepared {
  const argv = ['--token-endpoint', endpoint, '--client-id', 'task-service', ...more]
  return { argv, env, origins: [new URL(endpoint).origin] }
}

function atSuperTokens(
  { apiDomain, clientId, clientSecret }: SuperTokens,
  more: readonly string[],
  changed: { readonly clientId?: string; readonly spelling?: 'camelCase' } = {},
): Prepared {
  const { spelling } = changed
  const options = JSON.stringify({ apiDomain, ...(spelling && { spelling }) })
  const who = ['--client-id', changed.clientId ?? clientId]
  return {
    argv: ['--provider', 'supertokens', '--provider-options', options, ...who, ...more],
    env: { M2M_CLIENT_SECRET: clientSecret },
    origins: [apiDomain],
    secrets: [clientSecret],
  }
}

const base64url = (text: string) => Buffer.from(text).toString('base64url')

export const casesOfTheToken: readonly DoctorCase[] = [
  {
    title: 'The secret is wrong',
    found: ['client_refused'],
    prepare: async () => {
      const { issuer } = await startOidc()
      const wrong = '"fake-secret-with-quotes"'
      const setting = { env: { M2M_CLIENT_SECRET: wrong }, secrets: [wrong.slice(1, -1)] }
      return { ...asTaskService(issuer, forCalendar), ...setting }
    },
  },
  {
    title: 'The client is registered for another method',
    found: ['method_mismatch'],
    prepare: ({ supertokens }) => {
      const asked = ['--audience', 'event', '--scope', 'event.view']
      const method = ['--client-authentication', 'client_secret_post']
      return Promise.resolve(atSuperTokens(supertokens, [...method, ...asked]))
    },
  },
  {
    title: 'The server does not decode Basic credentials',
    found: ['basic_encoding_mismatch'],
    prepare: async () => {
      const odd = 'fake-secret:with/odd+chars'
      const server = await startExpressOAuth()
      server.register('task-service', odd)
      const prepared = atEndpoint(server.tokenEndpoint, ['--scope', 'event.view'])
      return { ...prepared, env: { M2M_CLIENT_SECRET: odd }, secrets: [odd] }
    },
  },
  {
    title: 'The client is unknown',
    found: ['client_unknown'],
    prepare: ({ supertokens }) => {
      const asked = ['--audience', 'event', '--scope', 'event.view']
      return Promise.resolve(atSuperTokens(supertokens, asked, { clientId: 'stcl_task-service' }))
    },
  },
  {
    title: 'The client may not use the grant',
    found: ['grant_refused'],
    prepare: async () => {
      const server = await startOidc()
      const client = { client_id: 'task-service', client_secret: secret }
      const grant = { grant_types: ['authorization_code'], redirect_uris: ['https://a.example/'] }
      server.register({ ...client, ...grant, response_types: ['code'] })
      return asTaskService(server.issuer, forCalendar)
    },
  },
  {
    title: 'A scope is refused',
    found: ['scope_refused'],
    prepare: async () => {
      const server = await startExpressOAuth()
      server.register('task-service', secret)
      return atEndpoint(server.tokenEndpoint, ['--scope', 'event.view', '--scope', 'event.delete'])
    },
  },
  {
    title: 'A scope is left out without a word',
    found: ['scopes_missing'],
    prepare: async () => {
      const { issuer } = await startOidc()
      const asked = ['--resource', calendarUrn, '--scope', 'event.view', '--scope', 'event.delete']
      return asTaskService(issuer, asked)
    },
  },
  {
    title: 'The audience is refused',
    found: ['audience_refused'],
    prepare: ({ supertokens }) => {
      const asked = ['--audience', 'billing', '--scope', 'event.view']
      return Promise.resolve(atSuperTokens(supertokens, asked))
    },
  },
  {
    title: 'The resource indicator is refused',
    found: ['audience_refused'],
    prepare: async () => {
      const { issuer } = await startOidc()
      return asTaskService(issuer, ['--resource', 'urn:billing', '--scope', 'event.view'])
    },
  },
  {
    title: 'The request is spelled in camelCase, and the server wants snake_case',
    found: ['spelling_mismatch'],
    prepare: ({ supertokens }) => {
      const asked = ['--audience', 'event', '--scope', 'event.view']
      return Promise.resolve(atSuperTokens(supertokens, asked, { spelling: 'camelCase' }))
    },
  },
  {
    title: 'The answer is spelled in camelCase',
    found: ['spelling_mismatch'],
    prepare: async () => {
      const accessToken = 'fake-token-in-camel-case'
      const camel = { accessToken, tokenType: 'bearer', expiresIn: 3600 }
      const { origin } = await listen((_request, response) => {
        sendJson(response, 200, camel)
      })
      return { ...atEndpoint(`${origin}/auth/oauth/token`), secrets: [accessToken] }
    },
  },
  {
    title: 'The token endpoint redirects',
    found: ['token_endpoint_redirected'],
    prepare: async () => {
      const { tokenEndpoint } = await startTokenEndpoint((response) => {
        response.writeHead(307, { location: 'https://login.example.com/token?x=1' }).end()
      })
      return atEndpoint(tokenEndpoint, ['--audience', 'event'])
    },
  },
  {
    title: 'The token endpoint is a web page',
    found: ['token_endpoint_html'],
    prepare: async () => {
      const page = '<html><head><title>Sign in - Example</title></head><body>…</body></html>'
      const { tokenEndpoint } = await startTokenEndpoint((response) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
      })
      return atEndpoint(tokenEndpoint, ['--audience', 'event'])
    },
  },
  {
    title: 'The path of the token endpoint is wrong',
    found: ['token_endpoint_not_found'],
    prepare: async () => {
      const server = await startExpressOAuth()
      return atEndpoint(`${server.http.origin}/oauth/token`, ['--scope', 'event.view'])
    },
  },
  {
    title: 'The token is not for this audience',
    found: ['audience_missing', 'resource_refuses_token'],
    prepare: async () => {
      const { issuer } = await startOidc({ jwt: { audience: 'urn:files' } })
      const calendar = await startCalendar(issuer)
      const origins = [issuer, calendar]
      return asTaskService(issuer, [...forCalendar, '--url', `${calendar}/events`], { origins })
    },
  },
  {
    title: 'The token was over before it came',
    found: ['lifetime_over'],
    prepare: async () => {
      const iat = Math.floor(Date.now() / 1000) - 7_200
      const claims = { aud: 'event', iat, exp: iat + 3_600 }
      const text = [{ alg: 'RS256' }, claims].map((part) => base64url(JSON.stringify(part)))
      const { tokenEndpoint } = await startTokenEndpoint((response) => {
        const token = { access_token: [...text, 'AAAA'].join('.'), token_type: 'Bearer' }
        sendJson(response, 200, { ...token, expires_in: 3_600 })
      })
      return atEndpoint(tokenEndpoint, ['--audience', 'event'])
    },
  },
  {
    title: 'The tokens live too short',
    found: ['lifetime_short'],
    prepare: async () => {
      const { issuer } = await startOidc({ jwt: { lifetimeSeconds: 20 } })
      return asTaskService(issuer, forCalendar)
    },
  },
  {
    title: 'The service refuses a good token',
    found: ['resource_refuses_token'],
    prepare: async () => {
      const { issuer } = await startOidc()
      // It was set up for another audience than the server knows it by.
      const calendar = await startCalendar(issuer, 'calendar')
      const origins = [issuer, calendar]
      return asTaskService(issuer, [...forCalendar, '--url', `${calendar}/events`], { origins })
    },
  },
  {
    title: 'The file of the secret is not there',
    found: ['credential_unreadable'],
    prepare: async () => {
      const { issuer } = await startOidc()
      const file = ['--client-secret-file', '/run/secrets/no-such-file']
      return asTaskService(issuer, [...file, ...forCalendar])
    },
  },
]
