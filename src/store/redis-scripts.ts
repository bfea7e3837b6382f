/**
 * What the store does inside Redis, each as one script, so that nobody comes in between. A name has
 * a record, a lease and a history; all three are in one slot of a cluster.
 *
 * KEYS: 1 the record (`<id>.<value>`), 2 the lease (its holder), 3 the history: `n`, raised by
 * every lease and deletion; `d`, the version of the last deletion; `w`, of the last write; `f`, of
 * the last lease whose holder gave up. A history begins with the time in milliseconds, so that one
 * that begins after a restart is later than the one before it.
 */

const tools = `
local function time() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
-- What others have put under our keys would be in the way for ever.
for i, wanted in ipairs({ 'string', 'string', 'hash' }) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= wanted and found ~= 'none' then redis.call('DEL', KEYS[i]) end
end
if redis.call('PTTL', KEYS[2]) == -1 then redis.call('DEL', KEYS[2]) end
local function field(name)
  local value = tonumber(redis.call('HGET', KEYS[3], name) or '0')
  if value and value >= 0 and value < 2 ^ 53 and value == math.floor(value) then return value end
  redis.call('HDEL', KEYS[3], name)
  return 0
end
local function version()
  local n = math.max(field('n'), field('d'), field('w'))
  return n > 0 and n or time()
end
local function keep(lifeMs)
  if redis.call('PTTL', KEYS[3]) < tonumber(lifeMs) then redis.call('PEXPIRE', KEYS[3], lifeMs) end
end
local function raise(life)
  local n = string.format('%.0f', version() + 1)
  redis.call('HSET', KEYS[3], 'n', n)
  keep(life)
  return n
end
local function entry(lease)
  local record = redis.call('GET', KEYS[1])
  local leftMs = record and redis.call('PTTL', KEYS[1]) or 0
  local numbers = { version(), field('f'), lease, leftMs, time() }
  for i, number in ipairs(numbers) do numbers[i] = string.format('%.0f', number) end
  return { numbers[1], numbers[2], numbers[3], record, numbers[4], numbers[5] }
end
`

/** No ARGV. */
export const getScript = `${tools} return entry(0)`

/** ARGV: holder, length of the lease in ms, life of the history in ms. */
export const leaseScript = `${tools}
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return entry(0) end
return entry(tonumber(raise(ARGV[3])))`

/** ARGV: holder, length of the lease in ms, version of the lease. */
export const extendScript = `${tools}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return entry(0) end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return entry(tonumber(ARGV[3]))`

/**
 * ARGV: record, when it ends by the clock of Redis in ms, version, life of the history in ms. A
 * command may have waited long before it is run: the end stays where it was.
 */
export const setScript = `${tools}
local own = tonumber(ARGV[3])
local leftMs = tonumber(ARGV[2]) - time()
if leftMs < 1 or own < field('d') or own < field('w') or own > version() then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', string.format('%.0f', leftMs))
redis.call('HSET', KEYS[3], 'w', ARGV[3])
keep(ARGV[4])
return 1`

/** ARGV: id, life of the history in ms. */
export const deleteScript = `${tools}
local record = redis.call('GET', KEYS[1])
if not record or string.sub(record, 1, #ARGV[1] + 1) ~= ARGV[1] .. '.' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[3], 'd', raise(ARGV[2]))
return 1`

/** ARGV: holder, '' or the version of the lease that failed, life of the history in ms. */
export const releaseScript = `${tools}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[3], 'f', ARGV[2])
  keep(ARGV[3])
end
return 1`
