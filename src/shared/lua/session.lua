-- What the scripts begin with that look at a session: one that is not there costs nothing more.
--
-- KEYS from 5: the session.

local session = redis.call('GET', KEYS[5])
if not session then return false end

-- The epoch that it was made in, whose it is, and what it holds.
local function parts()
  local made_in, length, rest = string.match(session, '^(%x+):(%d+):()')
  return made_in, string.sub(session, rest, rest + length - 1), string.sub(session, rest + length)
end
