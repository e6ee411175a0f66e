-- Keeps a session for a while, where its user and all together have room for one more.
--
-- KEYS from 5: the session, the sessions of all, those of its user.
-- ARGV from 7: the user, what it holds, for how many ms, how many a user may have, how many all.
-- Answers how many there are of all; where there is no room, which limit it is and for how many ms.

save()
local ends = now + tonumber(ARGV[9])
for _, limited in ipairs({{KEYS[7], ARGV[10], 'user'}, {KEYS[6], ARGV[11], 'all'}}) do
  redis.call('ZREMRANGEBYSCORE', limited[1], '-inf', now)
  if redis.call('ZCARD', limited[1]) >= tonumber(limited[2]) then
    local first = redis.call('ZRANGE', limited[1], 0, 0, 'WITHSCORES')
    return {limited[3], first[2] and tonumber(first[2]) - now or 0}
  end
end
redis.call('SET', KEYS[5], epoch .. ':' .. #ARGV[7] .. ':' .. ARGV[7] .. ARGV[8], 'PX', ARGV[9])
for _, list in ipairs({KEYS[6], KEYS[7]}) do
  redis.call('ZADD', list, ends, KEYS[5])
  redis.call('PEXPIRE', list, ARGV[9])
end
return redis.call('ZCARD', KEYS[6])
