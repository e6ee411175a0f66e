-- Appends parts, each of them whole or not at all.
--
-- ARGV from 7: the number of parts; for each the number of its events; for each of those a record, its mark, what
-- retention counts for it, its idempotency key or nothing, and the fingerprint of what the key stands for.
-- Answers for each part a list of cursors, or the key that stands for another event; and then how many events are new.

local at = 8
local answers = {}
local before = head
for part = 1, tonumber(ARGV[7]) do
  local cursors, records, named, refused = {}, {}, {}, nil
  for event = 1, tonumber(ARGV[at]) do
    local key, print = ARGV[at + 4], ARGV[at + 5]
    local known = key ~= '' and (named[key] or redis.call('HGET', keys, key))
    if known and string.sub(known, 1, 32) ~= print then
      refused = refused or key
    elseif known then
      cursors[event] = string.sub(known, 33)
    else
      records[#records + 1] = at
      cursors[event] = epoch .. '-' .. text(head + #records - base)
      if key ~= '' then named[key] = print .. cursors[event] end
    end
    at = at + 5
  end
  at = at + 1
  answers[part] = refused or cursors
  if not refused then
    time = math.max(time, now)
    for _, record in ipairs(records) do
      local own, size, key = ARGV[record + 2], ARGV[record + 3], ARGV[record + 4]
      head, place, bytes = head + 1, 0, bytes + tonumber(size)
      if key == '' then
        add(own, 't', text(time), 'b', size, 'r', ARGV[record + 1])
      else
        add(own, 't', text(time), 'b', size, 'k', key, 'r', ARGV[record + 1])
      end
    end
    for key, value in pairs(named) do redis.call('HSET', keys, key, value) end
  end
end
-- Nodes have half a second to read what came before retention takes it (meet.lua), unless it becomes far too much. Then
-- somewhat more goes than was added, so that it becomes less.
if head - floor > 1.1 * retention.events + 10000 or bytes > 1.1 * retention.bytes + 16 * 1024 * 1024 then
  trim(2 * (head - before) + 16)
end
save()
answers[#answers + 1] = head - before
return answers
