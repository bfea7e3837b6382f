/**
 * What the store does inside Redis, each as one script, so that nobody comes in between. A name has
 * a record, a lease and a history; all three are in one slot of a cluster.
 *
 * KEYS: 1 the record (`<id>.<value>`), 2 the lease (its holder), 3 the history: `n`, raised by
 * every lease and deletion; `d`, the version of the last deletion; `w`, of the last write; `f`, of
 * the last lease whose holder gave up.
 */

const entry = `
local function number(field) return tonumber(redis.call('HGET', KEYS[3], field) or '0') end
local function entry(lease)
  local record = redis.call('GET', KEYS[1])
  return { number('n'), number('f'), lease, record, record and redis.call('PTTL', KEYS[1]) or 0 }
end
`

/** No ARGV. */
export const getScript = `${entry} return entry(0)`

/** ARGV: holder, length of the lease in ms, life of the history in ms. */
export const leaseScript = `${entry}
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return entry(0) end
local version = redis.call('HINCRBY', KEYS[3], 'n', 1)
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return entry(version)`

/** ARGV: holder, length of the lease in ms, version of the lease. */
export const extendScript = `${entry}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return entry(0) end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return entry(tonumber(ARGV[3]))`

/** ARGV: record, its life in ms, version, life of the history in ms. */
export const setScript = `${entry}
local version = tonumber(ARGV[3])
if version < number('d') or version < number('w') or version > number('n') then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[3], 'w', version)
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 1`

/** ARGV: id, life of the history in ms. */
export const deleteScript = `
local record = redis.call('GET', KEYS[1])
if not record or string.sub(record, 1, #ARGV[1] + 1) ~= ARGV[1] .. '.' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[3], 'd', redis.call('HINCRBY', KEYS[3], 'n', 1))
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return 1`

/** ARGV: holder, '' or the version of the lease that failed, life of the history in ms. */
export const releaseScript = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[3], 'f', ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
return 1`
