-- Where the log stands, and whether what a node has is the same. Lets go of what retention has passed.
--
-- ARGV from 7: how many entries to look at for that; the log's id, entry and mark that the node stands at.
-- Answers the log's id, its epochs, the last entry, the last one that was let go of and its mark, the time, whether more
-- is to be let go of, and how the node stands: "same", "passed" (retention has taken its entry), "differs" or "other"
-- (another log).

local more = trim(tonumber(ARGV[7]))
save()
local floor_entry = text(floor) .. '-' .. text(gone)
local function passed(entry)
  local position, at = string.match(entry, '^(%d+)-(%d+)$')
  position, at = tonumber(position), tonumber(at)
  return position < floor or (position == floor and at < gone)
end
local stands = 'other'
if ARGV[8] == id then
  local found = redis.call('XRANGE', log, ARGV[9], ARGV[9])
  if ARGV[9] == floor_entry then
    stands = gone_mark == ARGV[10] and 'same' or 'differs'
  elseif #found > 0 then
    stands = string.sub(found[1][2][2], 1, 8) == ARGV[10] and 'same' or 'differs'
  elseif passed(ARGV[9]) then
    stands = 'passed'
  else
    stands = 'differs'
  end
end
return {id, epochs, text(head) .. '-' .. text(place), floor_entry, gone_mark, text(now), more and 1 or 0, stands}
