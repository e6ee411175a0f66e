-- Takes a session, whether it is still worth something or not.
--
-- KEYS from 6: the sessions of all, and what the names of those of one user begin with.
-- Answers what it holds; nothing where it was made in another epoch.

local made_in, user, value = parts()
redis.call('DEL', KEYS[5])
redis.call('ZREM', KEYS[6], KEYS[5])
redis.call('ZREM', KEYS[7] .. user, KEYS[5])
save()
return made_in == epoch and value
