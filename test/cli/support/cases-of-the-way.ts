/** What goes wrong before anybody is asked for a token: names, connections, TLS, metadata, clocks. */
import { createAuthority, createSelfSigned } from '../../support/certificates.ts'
import type { Certificate, CertificateSubject } from '../../support/certificates.ts'
import { Agent, fetch as undiciFetch } from 'undici'
import { forwardClock } from '../../interop/support/managers.ts'
import { listen } from '../../interop/support/loopback.ts'
import { asTaskService, calendarUrn, closedPort, startCalendar, startOidc } from './doctor-case.ts'
import type { DoctorCase } from './doctor-case.ts'

const forCalendar = ['--resource', calendarUrn, '--scope', 'event.view']

/** A TLS listener with this certificate; whom it would answer does not matter. */
async function startTls({ certificatePem, keyPem }: Certificate): Promise<string> {
  const tls = { key: keyPem, cert: certificatePem, ca: certificatePem }
  const { origin } = await listen((_request, response) => response.end(), tls)
  return origin
}

/** Where the authority is trusted, so that only what else is wrong is found. */
async function startTrustedTls(subject: Omit<CertificateSubject, 'usage'>) {
  const authority = await createAuthority()
  const origin = await startTls(await authority.issue({ ...subject, usage: 'server' }))
  const dispatcher = new Agent({ connect: { ca: authority.certificatePem } })
  const trusting = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher })
  return { origin, fetch: trusting as unknown as typeof globalThis.fetch }
}

const dates = { notBefore: new Date('2025-01-01'), notAfter: new Date('2026-01-01') }

export const casesOfTheWay: readonly DoctorCase[] = [
  {
    title: 'Nothing is wrong',
    found: [],
    prepare: async () => {
      const { issuer } = await startOidc()
      const calendar = await startCalendar(issuer)
      const origins = [issuer, calendar]
      return asTaskService(issuer, [...forCalendar, '--url', `${calendar}/events`], { origins })
    },
  },
  {
    title: 'What would be sent',
    found: [],
    prepare: async () => {
      const { issuer } = await startOidc()
      return asTaskService(issuer, [...forCalendar, '--dry-run'])
    },
  },
  {
    title: 'The host name is not known',
    found: ['dns_failed'],
    // RFC 6761 section 6.4: names in .invalid never have an address.
    prepare: () => Promise.resolve(asTaskService('https://auth.invalid', forCalendar)),
  },
  {
    title: 'Nothing listens there',
    found: ['connection_refused'],
    prepare: async () => asTaskService(await closedPort(), forCalendar),
  },
  {
    title: 'The certificate is not trusted',
    found: ['tls_untrusted'],
    prepare: async () => {
      const subject = { commonName: 'auth', ipAddresses: ['127.0.0.1'], ...dates } as const
      const validToday = { notAfter: new Date('2049-01-01') }
      const own = await createSelfSigned({ ...subject, ...validToday, usage: 'server' })
      return asTaskService(await startTls(own), forCalendar)
    },
  },
  {
    title: 'The certificate has expired',
    found: ['tls_expired'],
    prepare: async () => {
      const subject = { commonName: 'auth', ipAddresses: ['127.0.0.1'], ...dates }
      const { origin, fetch } = await startTrustedTls(subject)
      return asTaskService(origin, forCalendar, { fetch })
    },
  },
  {
    title: 'The certificate is for another host',
    found: ['tls_wrong_host'],
    prepare: async () => {
      const subject = { commonName: 'auth', dnsNames: ['auth.example.com', 'login.example.com'] }
      const { origin, fetch } = await startTrustedTls(subject)
      return asTaskService(origin, forCalendar, { fetch })
    },
  },
  {
    title: 'The port does not speak TLS',
    found: ['tls_not_spoken'],
    prepare: async () => {
      const { issuer } = await startOidc()
      return asTaskService(issuer.replace('http:', 'https:'), forCalendar)
    },
  },
  {
    title: 'The issuer is spelled otherwise',
    found: ['issuer_mismatch'],
    prepare: async () => {
      const { issuer } = await startOidc()
      return asTaskService(`${issuer}/`, forCalendar, { origins: [issuer] })
    },
  },
  {
    title: 'The address leads to another issuer',
    found: ['issuer_mismatch'],
    prepare: async () => {
      const { issuer } = await startOidc()
      const alias = issuer.replace('127.0.0.1', 'localhost')
      return asTaskService(alias, forCalendar, { origins: [issuer, alias] })
    },
  },
  {
    title: 'The issuer has no metadata there',
    found: ['metadata_not_found'],
    prepare: async () => {
      const { issuer } = await startOidc({ path: '/realms/main' })
      const { origin } = new URL(issuer)
      return asTaskService(origin, forCalendar)
    },
  },
  {
    title: 'The address of the metadata stands in the place of the issuer',
    found: ['metadata_not_found'],
    prepare: async () => {
      const { issuer } = await startOidc({ path: '/realms/main' })
      const wrong = `${issuer}/.well-known/openid-configuration`
      return asTaskService(wrong, forCalendar, { origins: [issuer] })
    },
  },
  {
    title: 'A login page answers in the place of the server',
    found: ['metadata_html'],
    prepare: async () => {
      const page = '<!doctype html><html><head><title>Sign in - Example</title></head></html>'
      const { origin } = await listen((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end(page)
      })
      return asTaskService(origin, forCalendar)
    },
  },
  {
    title: 'The clock of this machine is wrong',
    found: ['clock_skew'],
    prepare: async () => {
      const { issuer } = await startOidc()
      const calendar = await startCalendar(issuer)
      const clock = forwardClock()
      clock.forward(-600)
      const origins = [issuer, calendar]
      const argv = [...forCalendar, '--url', `${calendar}/events`]
      return asTaskService(issuer, argv, { origins, clock })
    },
  },
]
