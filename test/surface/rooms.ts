/** The rooms of src/: which files are where, what each room may import, and what few files may touch. */
import type { Import } from './source-tree.ts'

/** Where a file lives: the folder, or for the files at the top what they are for. */
export const atTheTop: Readonly<Record<string, readonly string[]>> = {
  ground: [
    'errors.ts',
    'error-codes.ts',
    'oauth-error-codes.ts',
    'access-token.ts',
    'token-source.ts',
    'events.ts',
    'clock.ts',
    'late-builtins.ts',
  ],
  tools: [
    'secure-url.ts',
    'time-limit.ts',
    'discard-body.ts',
    'bounded-body.ts',
    'json-object.ts',
    'issuer-metadata.ts',
    'field-reader.ts',
    'lazy-part.ts',
  ],
  options: ['options.ts', 'get-token.ts'],
  assembly: [
    'token-manager.ts',
    'token-manager-stats.ts',
    'cell-source.ts',
    'cell-requests.ts',
    'shared-scopes.ts',
    'resolve-options.ts',
    'resolve-client.ts',
    'resolve-requests.ts',
    'resolve-store.ts',
    'shared-acquire.ts',
    'manager-parts.ts',
    'acquiring.ts',
    'loaded-parts.ts',
    'work-behind.ts',
    'discovered-source.ts',
    'listed-sources.ts',
    'bound-sources.ts',
  ],
  // The one manager that lives as long as the process: a user who imports it has asked for that.
  auto: ['auto.ts', 'auto-manager.ts'],
  'front door': ['index.ts'],
}

export function roomOf(path: string): string {
  if (path.includes('/')) return path.slice(0, path.indexOf('/'))
  const room = Object.entries(atTheTop).find(([, files]) => files.includes(path))
  return room?.[0] ?? 'nowhere'
}

/** Room by room: what its files may import. `(types)`: only by `import type`. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  ground: ['ground'],
  tools: ['tools', 'ground'],
  request: ['request', 'tools', 'ground'],
  cache: ['cache', 'ground'],
  'client-auth': ['client-auth', 'wire', 'tools', 'ground'],
  wire: ['wire', 'client-auth (types)', 'request (types)', 'tools', 'ground'],
  acquisition: ['acquisition', 'wire', 'client-auth', 'request', 'tools', 'ground'],
  bearer: ['bearer', 'tools', 'ground'],
  adapters: ['adapters', 'bearer', 'tools', 'ground'],
  store: ['store', 'cache', 'tools', 'ground'],
  otel: ['otel', 'tools', 'ground'],
  providers: ['providers', 'wire', 'request (types)', 'tools', 'ground'],
  verifier: ['verifier', 'bearer', 'tools', 'ground'],
  testing: [
    ...['testing', 'assembly', 'options (types)', 'store (types)', 'verifier'],
    ...['tools', 'ground'],
  ],
  options: [
    'client-auth (types)',
    'request (types)',
    'store (types)',
    'wire (types)',
    'ground (types)',
  ],
  environment: [
    ...['environment', 'client-auth', 'providers', 'wire (types)', 'options (types)'],
    ...['tools', 'ground'],
  ],
  auto: ['auto', 'assembly', 'environment', 'options (types)', 'ground'],
  cli: [
    ...['cli', 'assembly', 'environment', 'providers', 'options (types)', 'request (types)'],
    ...['bearer', 'client-auth', 'wire', 'tools', 'ground'],
  ],
  // Neither the environment nor the presets: whoever does not name them does not load them.
  'front door': [
    ...['assembly', 'options (types)', 'bearer', 'client-auth', 'request (types)'],
    ...['store (types)', 'wire (types)', 'ground'],
  ],
  assembly: [
    ...['assembly', 'options', 'acquisition', 'bearer', 'cache', 'client-auth'],
    ...['request', 'store', 'wire', 'tools', 'ground'],
  ],
}

/** Loaded by a call and not by an import: nobody pays for it before. */
function isLate(path: string): boolean {
  return path === 'late-builtins.ts'
}

/** What comes from outside: the package, and the only places that may import it. */
export const packages: Readonly<Record<string, (path: string, how: Import) => boolean>> = {
  'p-retry': (path) => path.startsWith('acquisition/'),
  commander: (path) => ['cli/program.ts', 'cli/settings.ts'].includes(path),
  leven: (path) => ['field-reader.ts', 'environment/variable-reader.ts'].includes(path),
  axios: (path, how) => path.startsWith('adapters/axios') && how.typeOnly,
  undici: (path, how) =>
    (path.startsWith('adapters/undici') && how.typeOnly) ||
    (['client-auth/tls-transport.ts', 'adapters/undici-fetch.ts'].includes(path) && how.lazy),
  jose: (path, how) =>
    /^verifier\/|^store\/sealed-token-store.ts$/.test(path) ||
    how.lazy ||
    (/^(store|testing)\//.test(path) && how.typeOnly),
  'node:crypto': (path, how) =>
    (path.startsWith('client-auth/') && how.typeOnly) ||
    /^(store|verifier)\/|^testing\/new-id.ts$/.test(path) ||
    isLate(path),
  'node:tls': (path, how) =>
    ['client-auth/tls-transport.ts', 'cli/doctor/peer-certificate.ts'].includes(path) && how.lazy,
  'node:fs': (path) => path === 'cli/program.ts',
  'node:buffer': (path) => /^(testing|verifier)\//.test(path),
  'node:assert/strict': (path) => path.startsWith('testing/store-'),
  'node:events': (path) => path === 'testing/http-listener.ts',
  'node:http': (path, how) =>
    path === 'testing/http-listener.ts' || (path.startsWith('testing/') && how.typeOnly),
  'node:util': isLate,
  'node:fs/promises': (path) =>
    ['cli/fetch-body.ts', 'cli/fetch-answer.ts'].includes(path) || isLate(path),
  'node:diagnostics_channel': (path) => ['events.ts', 'otel/listen.ts'].includes(path),
  '@opentelemetry/api': (path) => path.startsWith('otel/'),
}

/** Time and dice are arguments everywhere else. `Date` alone prints an instant. */
export const ambient =
  /^(Date|performance|process\.hrtime|(set|clear)(Timeout|Interval|Immediate))\b/
export const alsoAmbient = /^(AbortSignal\.timeout|Math\.random|crypto\b)/
export const mayUseAmbient: Readonly<Record<string, RegExp>> = {
  'clock.ts': /^(Date\.now|performance\.now|setTimeout|clearTimeout)$/,
  'wire/retry-after.ts': /^Date\.parse$/,
  'access-token.ts': /^Date$/,
  'cli/doctor/plain-text.ts': /^Date$/,
  'testing/jwt-check.ts': /^Date$/,
  'resolve-options.ts': /^Math\.random$/,
}
export const senders = [
  'wire/token-endpoint.ts',
  'wire/metadata-document.ts',
  'wire/resource-metadata.ts',
  'bearer/outgoing-request.ts',
  'bearer/quick-sending.ts',
  'client-auth/tls-transport.ts',
  'adapters/undici-fetch.ts',
  'cli/doctor/probe.ts',
  'cli/fetch-command.ts',
  'verifier/',
]
export const notForEdges = [
  'assembly',
  'options',
  'cache',
  'acquisition',
  'wire',
  'client-auth',
  'request',
]

/** What package.json's entries open into. */
export const doors = [
  ...['index.ts', 'auto.ts', 'providers/index.ts', 'store/redis-store.ts', 'testing/index.ts'],
  'verifier/index.ts',
]
