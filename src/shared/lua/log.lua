-- What every script of the log begins with: reads where the log stands, and begins a new epoch where this server may have
-- lost part of it. What follows may call the functions below, and ends with save().
--
-- KEYS: state, log, keys, facts.
-- ARGV: an id for the log, one for an epoch and a mark, should they be needed; retention: ms, events, bytes.

local state, log, keys, facts = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local most_epochs = 64
-- So many of the facts that stand right behind the floor are left to nodes that have yet to read them. Others are let
-- go of: they come as fast as users are revoked, with no event that would take them along.
local most_behind = 10000

local function text(number) return string.format('%.0f', number) end

-- Who this server is as the one that writes: another after a restart, a promotion, or both.
local info = redis.call('INFO', 'server', 'replication')
local writer = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid2:(%x+)') ..
               string.match(info, 'second_repl_offset:([-%d]+)')
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local retention = {age = tonumber(ARGV[4]), events = tonumber(ARGV[5]), bytes = tonumber(ARGV[6])}

local stored = redis.call('HMGET', state, 'id', 'writer', 'epochs', 'epoch', 'base', 'head', 'place', 'mark', 'time',
                          'floor', 'floor_mark', 'bytes', 'looked', 'gone', 'gone_mark')
local id, epochs, epoch, mark, floor_mark = stored[1], stored[3], stored[4], stored[8], stored[11]
local base, head, place = tonumber(stored[5] or 0), tonumber(stored[6] or 0), tonumber(stored[7] or 0)
local time, floor, bytes = tonumber(stored[9] or 0), tonumber(stored[10] or 0), tonumber(stored[12] or 0)

-- A place behind the record at the floor. One behind another record is void: hubs of an earlier version move the floor,
-- and know nothing of places.
local function behind_floor(entry)
  local position, at = string.match(entry or '', '^(%d+)-(%d+)$')
  return position == text(floor) and tonumber(at) or 0
end
-- How far trim() has looked behind the floor and found no record, and how far it has let go of what stands there.
local looked, gone = behind_floor(stored[13]), behind_floor(stored[14])
local gone_mark = gone > 0 and stored[15] or floor_mark

-- The entry at head and place.
local function add(own, ...)
  redis.call('XADD', log, text(head) .. '-' .. text(place), 'm', own .. mark, ...)
  mark = own
end

local function begin_epoch()
  epoch, base, place = ARGV[2], head, place + 1
  add(ARGV[3], 'e', epoch)
  local digits = string.gsub(mark, '.', function(byte) return string.format('%02x', string.byte(byte)) end)
  epochs = epochs .. ' ' .. epoch .. ':' .. text(head) .. '-' .. text(place) .. ':' .. digits
  local _, count = string.gsub(epochs, ' ', '')
  if count > most_epochs then epochs = string.gsub(epochs, '^ %S+', '') end
  redis.call('HSET', state, 'id', id, 'epochs', epochs, 'epoch', epoch, 'base', text(base))
end

-- Writes in any case: a WAIT for this connection then waits for all that was written before.
local function save()
  redis.call('HSET', state, 'writer', writer, 'head', text(head), 'place', text(place), 'mark', mark, 'time', text(time),
             'floor', text(floor), 'floor_mark', floor_mark, 'bytes', text(bytes))
end

-- Lets go of what retention has passed, looking at no more entries than `most`. Whether there may be more, and looking
-- on leads further.
local function trim(most)
  local from, passed, seen, more = '(' .. text(floor) .. '-' .. text(looked), floor, looked, true
  while more and most > 0 do
    local page = redis.call('XRANGE', log, from, '+', 'COUNT', math.min(most, 100))
    most = most - #page
    if #page == 0 then
      if passed < head then passed, seen = head, 0 end
      bytes, more = 0, false
    end
    for _, entry in ipairs(page) do
      from = '(' .. entry[1]
      local position, at = string.match(entry[1], '^(%d+)-(%d+)$')
      local fields = {}
      for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
      if fields.r then
        position = tonumber(position)
        if position > head - retention.events and bytes <= retention.bytes and
            tonumber(fields.t) >= now - retention.age then
          more = false
          break
        end
        bytes = bytes - tonumber(fields.b)
        if fields.k then redis.call('HDEL', keys, fields.k) end
        passed, seen, floor_mark = position, 0, string.sub(fields.m, 1, 8)
      elseif position == text(passed) then
        seen = tonumber(at)
      end
    end
  end
  if passed == floor and seen == looked then return false end
  local before = gone
  if passed > floor then floor, before, gone, gone_mark = passed, -1, 0, floor_mark end
  looked = seen
  -- What stands between this record and the next stays with the next, unless it is too much.
  if looked - most_behind > gone then
    local last = text(floor) .. '-' .. text(looked - most_behind)
    local found = redis.call('XRANGE', log, last, last)
    if #found > 0 then gone, gone_mark = looked - most_behind, string.sub(found[1][2][2], 1, 8) end
  end
  if gone ~= before then redis.call('XTRIM', log, 'MINID', text(floor) .. '-' .. text(gone + 1)) end
  redis.call('HSET', state, 'looked', text(floor) .. '-' .. text(looked), 'gone', text(floor) .. '-' .. text(gone),
             'gone_mark', gone_mark)
  return more
end

if not id then
  redis.call('HSET', state, 'id', ARGV[1])  -- first, so that a Redis whose memory is full refuses the whole of it
  redis.call('DEL', log, keys)
  id, epochs, mark, floor_mark = ARGV[1], '', string.rep('\0', 8), string.rep('\0', 8)
  looked, gone, gone_mark = 0, 0, floor_mark
  begin_epoch()
elseif writer ~= stored[2] then
  begin_epoch()
end
