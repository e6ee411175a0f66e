-- Keeps facts, and has all nodes hear of them. What is known already makes no entry: else the log would grow with it.
--
-- ARGV from 7: "missing" where only what this Redis has lost is to be kept, or "always"; for each fact its name, its
-- value, and the entry's mark.

-- A value that is a number never becomes a smaller one. Up to 15 digits are exact here (shared/entry.hpp).
local function number(value) return #value <= 15 and string.match(value, '^%d+$') and tonumber(value) end

for at = 8, #ARGV, 3 do
  local name, value = ARGV[at], ARGV[at + 1]
  local known = redis.call('HGET', facts, name)
  local keep = not known or (ARGV[7] == 'always' and value ~= known)
  if known and number(known) and number(value) then keep = number(value) > number(known) end
  if keep then
    redis.call('HSET', facts, name, value)
    place = place + 1
    add(ARGV[at + 2], 'f', name, 'v', value)
  end
end
save()
return 1
