/** Mutants of what is kept in a store: names, records, seals, and what Redis does with them. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const shared = 'promises/shared-store'
const faults = 'promises/shared-store-faults'
const binding = 'promises/shared-store-binding'
const redis = 'store/redis'
const contract = 'store/token-store-promises'

export const storeRecordMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/store/stored-choice.ts',
    ['rooms/store/stored-token', shared],
    [
      {
        id: 'choice-rejected-again',
        rule: 'What a resource refused is not taken from the store.',
        find: 'if (rejected !== undefined && hasText(rejected, token.accessToken)) return false',
        replace: '',
      },
      {
        id: 'choice-past-margin',
        rule: 'A token past its margin is not taken.',
        find: 'if (isPast(plan.unusableAt, now)) return false',
        replace: '',
      },
      {
        id: 'choice-min-validity',
        rule: 'A token that is too short for minValidityMs is not taken.',
        find: 'if (remainingMs(plan.expiresAt, now) < minValidityMs) return false',
        replace: '',
      },
      {
        id: 'choice-due-when-cold',
        rule: 'Who holds nothing takes a token that is due, and renews it behind its callers.',
        find: 'if (held === undefined) return true',
        replace: '',
      },
      {
        id: 'choice-due-when-held',
        rule: 'Who holds a token wants one that is not due.',
        find: 'return !hasText(held, token.accessToken) && !isPast(plan.renewAt, now)',
        replace: 'return true',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/stored-token.ts',
    ['rooms/store/stored-token', faults, shared],
    [
      {
        id: 'record-format',
        rule: 'A record of another format is not read.',
        find: "members?.['format'] !== format || ",
        replace: 'members === undefined || ',
      },
      {
        id: 'record-name',
        rule: 'A copy under another name is not read.',
        find: " || members['name'] !== facts.name",
        replace: '',
      },
      {
        id: 'record-header-text',
        rule: 'A token that cannot stand in a header is none.',
        find: ' || !/^[\\x21-\\x7e]+$/.test(accessToken)',
        replace: '',
      },
      {
        id: 'record-token-type',
        rule: 'Another token type is not read.',
        find: "if (tokenType !== 'Bearer' && tokenType !== 'DPoP') return 'unreadable'",
        replace: '',
      },
      {
        id: 'record-scopes',
        rule: 'Scopes are a list of texts.',
        find: 'if (!isList(scopes) || (audience',
        replace: 'if ((audience',
      },
      {
        id: 'record-longest-life',
        rule: 'No record lives for centuries.',
        find: ' || lifetimeMs > longestLifetimeMs',
        replace: '',
      },
      {
        id: 'record-ended',
        rule: 'A record that has ended is a miss.',
        find: "if (leftMs <= 0) return 'ended'",
        replace: '',
      },
      {
        id: 'record-store-clock',
        rule: 'The store’s clock ends a token too.',
        find: 'Math.min(startedAt + lifetimeMs - askedAt.wall, expiresInMs, lifetimeMs)',
        replace: 'Math.min(startedAt + lifetimeMs - askedAt.wall, lifetimeMs)',
      },
      {
        id: 'record-wall-clock',
        rule: 'The wall clock ends a token too.',
        find: 'Math.min(startedAt + lifetimeMs - askedAt.wall, expiresInMs, lifetimeMs)',
        replace: 'Math.min(expiresInMs, lifetimeMs)',
      },
      {
        id: 'record-age',
        rule: 'A stored token is as old as it is: its renewal is not put off.',
        find: 'startedAt: back(facts.askedAt, lifetimeMs - leftMs)',
        replace: 'startedAt: facts.askedAt',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/store-name.ts',
    [shared, binding],
    [
      {
        id: 'name-key',
        rule: 'Everything that changes a token is in its name.',
        find: 'const asked = [key, tokenEndpoint,',
        replace: 'const asked = [tokenEndpoint,',
      },
      {
        id: 'name-token-endpoint',
        rule: 'Everything that changes a token is in its name.',
        find: 'key, tokenEndpoint, provider, parameters, boundTo]',
        replace: 'key, provider, parameters, boundTo]',
      },
      {
        id: 'name-parameters',
        rule: 'Everything that changes a token is in its name.',
        find: 'tokenEndpoint, provider, parameters, boundTo]',
        replace: 'tokenEndpoint, provider, boundTo]',
      },
      {
        id: 'name-bound-to',
        rule: 'Everything that changes a token is in its name.',
        find: 'provider, parameters, boundTo]',
        replace: 'provider, parameters]',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/sealed-token-store.ts',
    [redis],
    [
      {
        id: 'seal-is-made',
        rule: 'Nothing readable is written.',
        find: 'const value = await this.#sealed(record.value)',
        replace: 'const value = record.value',
      },
      {
        id: 'seal-all-open',
        rule: 'All keys open.',
        find: 'this.#keys.all.find(({ id }) => id === header.kid)',
        replace: '[this.#keys.sealing].find(({ id }) => id === header.kid)',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/redis-scripts.ts',
    [contract],
    [
      {
        id: 'redis-late-write',
        rule: 'A late write undoes no newer record.',
        find: " or own < field('w')",
        replace: '',
        killers: ['store/redis-oddities', contract],
      },
      {
        id: 'redis-deletion-stays',
        rule: 'A late write undoes no deletion.',
        find: " or own < field('d')",
        replace: '',
      },
      {
        id: 'redis-own-history',
        rule: 'A version that this history has not reached is refused.',
        find: ' or own > version()',
        replace: '',
      },
      {
        id: 'redis-record-ends',
        rule: 'A record is gone when its time is over.',
        find: "redis.call('SET', KEYS[1], ARGV[1], 'PX', string.format('%.0f', leftMs))",
        replace: "redis.call('SET', KEYS[1], ARGV[1])",
      },
      {
        id: 'redis-history-begins-late',
        rule: 'A history that begins after a restart is later than the one before it.',
        find: 'return n > 0 and n or time()',
        replace: 'return n',
        killers: ['store/redis-oddities'],
      },
      {
        id: 'redis-heals',
        rule: 'What others have put under our keys is not in the way for ever.',
        find: "if found ~= wanted and found ~= 'none' then redis.call('DEL', KEYS[i]) end",
        replace: '',
        killers: ['store/redis-oddities'],
      },
      {
        id: 'redis-late-command',
        rule: 'A command that is run late makes no token live longer.',
        find: 'if leftMs < 1 or own',
        replace: 'leftMs = math.max(leftMs, 5000) if own',
        killers: ['store/redis-oddities'],
      },
      {
        id: 'redis-lease-for-one',
        rule: 'A lease is given to one.',
        find: "ARGV[1], 'NX', 'PX', ARGV[2]) then",
        replace: "ARGV[1], 'PX', ARGV[2]) then",
      },
      {
        id: 'redis-release-own',
        rule: 'A lease is given back by its holder alone.',
        find: "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end\nredis.call('DEL', KEYS[2])",
        replace: "redis.call('DEL', KEYS[2])",
      },
      {
        id: 'redis-delete-own',
        rule: 'A record is deleted by its own id alone.',
        find: "if not record or string.sub(record, 1, #ARGV[1] + 1) ~= ARGV[1] .. '.' then return 0 end",
        replace: 'if not record then return 0 end',
      },
    ],
  ),
]
