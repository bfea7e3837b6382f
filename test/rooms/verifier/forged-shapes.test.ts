/** Texts that are no signed JWT, or that are one in a spelling that nobody should write. */
import { keyNamed, part, sign } from './world.ts'
import { changed, describeForgeries, edited } from './forgery.ts'
import type { Row } from './forgery.ts'

const shapes: readonly Row[] = [
  ['a critical extension', 'token_malformed', changed({}, { crit: ['x'], x: 1 })],
  ['an empty list of critical extensions', 'token_malformed', changed({}, { crit: [] })],
  [
    'an unencoded payload (RFC 7797)',
    'token_malformed',
    changed({}, { crit: ['b64'], b64: false }),
  ],
  [
    'a JWE of 5 parts',
    'token_malformed',
    () => `${part({ alg: 'dir', enc: 'A256GCM' })}..${part('iv')}.${part('x')}.${part('tag')}`,
  ],
  ['a dot at the end', 'token_malformed', edited((...parts) => `${parts.join('.')}.`)],
  ['dots at the end', 'token_malformed', edited((...parts) => `${parts.join('.')}...`)],
  ['a dot at the beginning', 'token_malformed', edited((...parts) => `.${parts.join('.')}`)],
  ['no signature', 'token_malformed', edited((header, payload) => `${header}.${payload}.`)],
  ['two parts', 'token_malformed', edited((header, payload) => `${header}.${payload}`)],
  [
    'padding in base64url',
    'token_malformed',
    edited((header, payload, signature) => `${header}.${payload}.${signature}==`),
  ],
  ['the other alphabet of base64', 'token_malformed', () => '+/+/.+/+/.+/+/'],
  [
    'another spelling of the last character',
    'token_malformed',
    edited(
      (header, payload, signature) =>
        `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith('B') ? 'C' : 'B'}`,
    ),
  ],
  [
    'a line break in the signature',
    'token_malformed',
    edited(
      (header, payload, signature) =>
        `${header}.${payload}.${signature.slice(0, 9)}\n${signature.slice(9)}`,
    ),
  ],
  ['a space at the end', 'token_malformed', edited((...parts) => `${parts.join('.')} `)],
  ['unicode', 'token_malformed', () => 'höhe.größe.straße'],
  [
    'characters that look like letters',
    'token_malformed',
    edited((header, payload, signature) => `${header.replace('e', 'е')}.${payload}.${signature}`),
  ],
  [
    'claims that are not UTF-8',
    'token_malformed',
    () =>
      `${part({ alg: 'ES256' })}.${Buffer.from('7b2278223a22ff227d', 'hex').toString('base64url')}.AAAA`,
  ],
  [
    'claims with a byte order mark',
    'token_malformed',
    () => `${part({ alg: 'ES256' })}.${part('\ufeff{}')}.AAAA`,
  ],
  ['claims in an array', 'token_malformed', async () => sign(await keyNamed('ES256:one'), '[]')],
  [
    'claims that are null',
    'token_malformed',
    async () => sign(await keyNamed('ES256:one'), 'null'),
  ],
  [
    'claims that are no JSON',
    'token_malformed',
    async () => sign(await keyNamed('ES256:one'), 'event'),
  ],
  ['a header that is no JSON', 'token_malformed', () => `${part('event')}.${part({})}.AAAA`],
  ['nothing', 'token_malformed', () => ''],
  ['garbage', 'token_malformed', () => 'correct horse battery staple'],
  ['an opaque token', 'token_malformed', () => 'fake-token-0123456789abcdef'],
  ['more than 16 KiB', 'token_malformed', changed({ filler: 'x'.repeat(20_000) })],
  ['a megabyte of dots', 'token_malformed', () => '.'.repeat(1_000_000)],
]

describeForgeries('texts that are not tokens', shapes)
