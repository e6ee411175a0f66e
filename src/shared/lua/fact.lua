-- Keeps a fact, and has all nodes hear of it.
--
-- ARGV from 7: its name, its value, and the entry's mark; "missing" where it is to be kept only if there is none.

if ARGV[10] ~= 'missing' or redis.call('HEXISTS', facts, ARGV[7]) == 0 then
  redis.call('HSET', facts, ARGV[7], ARGV[8])
  place = place + 1
  add(ARGV[9], 'f', ARGV[7], 'v', ARGV[8])
end
save()
return 1
