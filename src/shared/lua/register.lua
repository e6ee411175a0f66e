-- A node is there. Answers the time, in ms since 1970.
--
-- KEYS: nodes. ARGV: its number and name.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
return string.format('%.0f', now)
