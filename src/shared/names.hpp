// What the hub calls its own in Redis: everything begins with `redis.prefix`.
#pragma once

#include <string>

namespace tidings::shared {

struct Names {
  std::string state, log, keys, facts, nodes, questions, answers, sessions;

  explicit Names(const std::string& prefix)
      : state(prefix + ":state"),          // hash: where the log stands
        log(prefix + ":log"),              // stream: records, epochs, facts
        keys(prefix + ":keys"),            // hash: idempotency key → fingerprint and cursor
        facts(prefix + ":facts"),          // hash
        nodes(prefix + ":nodes"),          // sorted set: node → when it was last heard of
        questions(prefix + ":questions"),  // stream: what nodes ask all others
        answers(prefix + ":answers:"),     // streams, one a node: what it is answered
        sessions(prefix + ":session:") {}  // strings, one a session; sorted sets of who has how many
};

}  // namespace tidings::shared
