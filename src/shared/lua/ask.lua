-- Puts a question to all nodes, and tells who they are.
--
-- KEYS: nodes, questions. ARGV: what asks, its own number for the question, its kind, the question; for how many ms a node
-- that is silent still counts, and how many questions are kept.
-- Answers each node's number and name, and for how many ms it has been silent.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[5])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'n', ARGV[1], 'i', ARGV[2], 'k', ARGV[3], 'q', ARGV[4], 'o',
           ARGV[7])
local nodes = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 2, #nodes, 2 do nodes[i] = now - nodes[i] end
return nodes
