/** Mutants of the doctor: what it sends, what it makes of answers, and what it does not repeat. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const doctor = 'cli/doctor'
const resource = 'cli/doctor-resource'
const secrets = 'cli/doctor-secrets'
const judgements = 'rooms/cli/judgements'
const methods = 'rooms/cli/methods'

export const doctorMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/cli/doctor/token-step.ts',
    [doctor],
    [
      {
        id: 'doctor-ends-asking',
        rule: 'An answer that no other method could change ends the asking.',
        find: 'if (attempt.token === undefined && !isAboutClient(attempt)) break',
        replace: '',
      },
      {
        id: 'doctor-method-unsupported',
        rule: 'No secret goes to a server that lists no method with one.',
        find: 'if (ways.configured === undefined) return alone(unsupported(server.authMethods ?? []))',
        replace:
          "ways.configured === undefined && Object.assign(ways, { configured: 'client_secret_basic' })",
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/examine.ts',
    [resource, doctor],
    [
      {
        id: 'doctor-hides',
        rule: 'A secret that a page or redirect repeats is hidden.',
        find: 'explanation: hidden(explanation)',
        replace: 'explanation',
        killers: [secrets],
      },
      {
        id: 'doctor-hides-remedies',
        rule: 'A secret that a challenge repeats is hidden in what to do.',
        find: '{ remedy: hidden(remedy) }',
        replace: '{ remedy }',
        killers: [secrets],
      },
      {
        id: 'doctor-reads-as-asked',
        rule: 'An answer is read in the spelling that was asked in.',
        find: 'members: provider?.read?.(given) ?? given',
        replace: 'members: given',
        killers: ['cli/doctor-metadata'],
      },
      {
        id: 'doctor-metadata-milder',
        rule: 'Metadata that are not needed are no problem.',
        find: "finding.level === 'problem' ? { ...finding, level: 'warning' } : finding",
        replace: 'finding',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/other-spelling.ts',
    ['cli/doctor-metadata'],
    [
      {
        id: 'doctor-spelling-understood',
        rule: 'Another spelling is the cause only where it is understood.',
        find: 'if (!understood) return undefined',
        replace: 'void understood',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/probe.ts',
    [doctor, 'cli/doctor-metadata'],
    [
      {
        id: 'doctor-no-redirect',
        rule: 'The doctor follows no redirect.',
        find: "redirect: 'manual'",
        replace: "redirect: 'follow'",
      },
      {
        id: 'doctor-time-limit',
        rule: 'A request that gets no answer is one that failed, once.',
        find: 'this.exchanges[index] = { ...begun',
        replace: 'this.exchanges[this.exchanges.length] = { ...begun',
      },
      {
        id: 'doctor-hides-before-cutting',
        rule: 'A title is cut from a page without secrets.',
        find: 'pageTitle(this.secrets.hiddenIn(body.slice(0, longestPage)))',
        replace: 'pageTitle(body.slice(0, longestPage))',
        killers: [secrets],
      },
      {
        id: 'doctor-hides-target',
        rule: 'A target is cut from a Location without secrets, and a challenge likewise.',
        find: 'clean.set(name, this.secrets.hiddenIn(text))',
        replace: 'clean.set(name, text)',
        killers: [secrets],
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/signature.ts',
    [resource],
    [
      {
        id: 'doctor-signature',
        rule: 'A signature is checked.',
        find: 'await compactVerify(accessToken, set)',
        replace: 'void [compactVerify, accessToken, set]',
      },
      {
        id: 'doctor-own-origin',
        rule: 'An issuer that a token names is asked only at its own token endpoint.',
        find: ' || url?.origin !== server.tokenEndpoint?.origin) return undefined',
        replace: ') return undefined',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/resource.ts',
    [resource],
    [
      {
        id: 'doctor-resource-error-body',
        rule: 'A 200 with an error in its body is a refusal.',
        find: 'error !== undefined && error !== null && error !== false',
        replace: 'false',
      },
      {
        id: 'doctor-bound-token',
        rule: 'A token that is bound to a key is not sent without its proof.',
        find: "if (token.tokenType !== 'Bearer') return undefined",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-clock.ts',
    [judgements],
    [
      {
        id: 'doctor-clock-on-its-way',
        rule: 'What the way of an answer explains is no skew.',
        find: 'if (instantMs > receivedAtMs) return instantMs - receivedAtMs',
        replace: 'if (instantMs > sentAtMs) return instantMs - sentAtMs',
      },
      {
        id: 'doctor-clock-cached-token',
        rule: 'An iat of the past alone says nothing: tokens are cached.',
        find: 'filter(({ aheadMs }) => aheadMs > 0)',
        replace: 'filter(({ aheadMs }) => aheadMs !== 0)',
      },
      {
        id: 'doctor-clock-worse',
        rule: 'An iat of the future counts where the Date agrees.',
        find: 'return byDate ?? stampedMs\n',
        replace: 'return byDate ?? stampedMs\n  if (byDate !== 1) return byDate\n',
      },
      {
        id: 'doctor-clock-whose',
        rule: 'Where the Date agrees it is not this machine that is wrong.',
        find: 'if (stamped !== undefined && byDate !== undefined && Math.abs(byDate) <= toleratedMs) {',
        replace: 'if (stamped !== undefined && byDate === Infinity) {',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-lifetime.ts',
    [judgements],
    [
      {
        id: 'doctor-token-over',
        rule: 'A token that was over when it came is a problem.',
        find: 'if (over !== undefined) return [over]',
        replace: '',
      },
      {
        id: 'doctor-token-over-by-date',
        rule: 'Whether a token is over is told by the server’s own clock, where it tells its time.',
        find: '?? exchange.receivedAtMs',
        replace: '&& exchange.receivedAtMs',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/token-requests.ts',
    [doctor],
    [
      {
        id: 'doctor-auth0-client',
        rule: 'A 401 access_denied with one word is about the client.',
        find: 'return status === 401 && /^(unauthorized\\.?)?$/i.test(words)',
        replace: 'return status === 0',
      },
      {
        id: 'doctor-keycloak-grant',
        rule: 'A 401 unauthorized_client about service accounts is about the grant.',
        find: 'return status === 401 && !isAboutGrant(words)',
        replace: 'return status === 401 || isAboutGrant(words)',
      },
      {
        id: 'doctor-keycloak-client',
        rule: 'An unauthorized_client about credentials is about the client.',
        find: 'if (/invalid client|client (secret|credentials)/i.test(words)) return true',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-refusal.ts',
    [doctor],
    [
      {
        id: 'doctor-grant-of-client',
        rule: 'An invalid_request about the grant type is about the grant.',
        find: 'grant.?type\\b.*\\bnot (allowed|enabled|permitted)',
        replace: 'no such words',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor-command.ts',
    ['cli/doctor-settings'],
    [
      {
        id: 'doctor-makes-manager',
        rule: 'Settings with which no program starts are not examined.',
        find: 'await makeManager(settings, io).close()',
        replace: 'void makeManager',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-metadata.ts',
    ['cli/doctor-metadata'],
    [
      {
        id: 'doctor-issuer-advice',
        rule: 'What stands in the place of an issuer is recognised.',
        find: "if (pathname.includes('/.well-known/')) {",
        replace: "if (pathname.includes('/.well-known//')) {",
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/judge-token.ts',
    [judgements],
    [
      {
        id: 'doctor-hides-claims',
        rule: 'A claim is cut when secrets are taken out of it.',
        find: 'oneLine(hidden(text))',
        replace: 'hidden(oneLine(text))',
        killers: [secrets],
      },
      {
        id: 'doctor-audience-told',
        rule: 'A foreign audience is a problem only where the server was told the right one.',
        find: 'exchange.recipients.some((told) => told.includes(one))',
        replace: 'exchange.recipients.length >= 0 && one !== ""',
      },
    ],
  ),
  ...mutantsOf(
    'src/cli/doctor/methods.ts',
    [methods, doctor],
    [
      {
        id: 'doctor-listed-methods',
        rule: 'Only methods that the metadata list are compared.',
        find: 'allowed.includes(way) && ',
        replace: '',
      },
    ],
  ),
]
