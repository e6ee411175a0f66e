// The scripts that Redis runs for the shared log, each one atomic step (lua/), and what they answer.
//
//   Call call(scripts.append, names, random, retention);
//   call.add("1");
//   call.run(client, [](redis::CommandResult result) { ... });
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/random.hpp"
#include "redis/script.hpp"
#include "shared/entry.hpp"
#include "shared/names.hpp"
#include "store/event_log.hpp"

namespace tidings::shared {

// A file of lua/, as "lua/log.lua".
[[nodiscard]] std::optional<std::string_view> lua(std::string_view path);

struct Scripts {
  Scripts();
  // Has the server learn them all.
  void load(redis::Client& client) const;

  redis::Script append, meet, begin, fact;
  redis::Script put_session, take_session, peek_session;
  redis::Script register_node, ask;
};

// One run of a script of the log: its keys, and the arguments that all of them take.
class Call {
 public:
  Call(const redis::Script& script, const Names& names, Random& random, const store::Retention& retention);
  void add(std::string argument) { arguments_.push_back(std::move(argument)); }
  // One more key, after those of the log.
  void key(std::string name) { more_keys_.push_back(std::move(name)); }
  void run(redis::Client& client, redis::Answer done) const;

 private:
  const redis::Script& script_;
  const Names& names_;
  std::vector<std::string> more_keys_;
  std::vector<std::string> arguments_;
};

// An epoch as Redis knows it: where it begins, and the entry that says so.
struct SharedEpoch {
  store::EpochId id = 0;
  EntryId begun;
  Mark mark = 0;
};

enum class Standing : std::uint8_t {
  same,     // Redis has the entry that the node stands at
  passed,   // retention has taken it
  differs,  // another entry is there, or none
  other,    // this is another log
};

// What meet.lua answers.
struct Meeting {
  std::uint64_t log = 0;
  std::vector<SharedEpoch> epochs;  // oldest first, at least one
  EntryId last;
  EntryId floor;  // the last that retention has let go of: a record, or what followed one
  Mark floor_mark = 0;
  WallTime now;
  bool more = false;  // that retention has passed, that is still there, and that another meeting lets go of
  Standing standing = Standing::other;

  // Nothing where the reply is not that.
  [[nodiscard]] static std::optional<Meeting> read(const redis::Reply& reply);
};

}  // namespace tidings::shared
