#include "shared/scripts.hpp"

#include <utility>

namespace tidings::shared {
namespace {

std::string script_text(std::string_view name) { return std::string(*lua("lua/log.lua")).append(*lua(name)); }

redis::Script script(std::string_view name) { return redis::Script(script_text(name)); }

// "<id>:<position>-<place>:<mark>"
std::optional<SharedEpoch> read_epoch(std::string_view text) {
  const auto first = text.find(':');
  const auto second = text.rfind(':');
  if (first == second) return std::nullopt;
  const auto id = from_hexadecimal(text.substr(0, first));
  const auto begun = EntryId::parse(text.substr(first + 1, second - first - 1));
  const auto mark = from_hexadecimal(text.substr(second + 1));
  if (!id || !begun || !mark) return std::nullopt;
  return SharedEpoch{*id, *begun, *mark};
}

// Each with a space before it.
std::optional<std::vector<SharedEpoch>> read_epochs(std::string_view text) {
  std::vector<SharedEpoch> epochs;
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto end = std::min(text.find(' '), text.size());
    const auto epoch = read_epoch(text.substr(0, end));
    if (!epoch) return std::nullopt;
    epochs.push_back(*epoch);
    text.remove_prefix(end);
  }
  if (epochs.empty()) return std::nullopt;
  return epochs;
}

std::optional<Standing> read_standing(std::string_view word) {
  if (word == "same") return Standing::same;
  if (word == "passed") return Standing::passed;
  if (word == "differs") return Standing::differs;
  if (word == "other") return Standing::other;
  return std::nullopt;
}

}  // namespace

Scripts::Scripts()
    : append(script("lua/append.lua")),
      meet(script("lua/meet.lua")),
      begin(script("lua/begin.lua")),
      fact(script("lua/fact.lua")),
      put_session(script("lua/put_session.lua")),
      take_session(std::string(*lua("lua/session.lua")) + script_text("lua/take_session.lua")),
      peek_session(std::string(*lua("lua/session.lua")) + script_text("lua/peek_session.lua")),
      register_node(std::string(*lua("lua/register.lua"))),
      ask(std::string(*lua("lua/ask.lua"))) {}

void Scripts::load(redis::Client& client) const {
  // One that can't be loaded fails where it is run.
  for (const redis::Script* each :
       {&append, &meet, &begin, &fact, &put_session, &take_session, &peek_session, &register_node, &ask}) {
    each->load(client, [](const redis::CommandResult&) {});
  }
}

Call::Call(const redis::Script& script, const Names& names, Random& random, const store::Retention& retention)
    : script_(script), names_(names) {
  add(hexadecimal(random.next_u64()));
  add(hexadecimal(random.next_u64()));
  add(bytes_of(random.next_u64()));
  add(std::to_string(retention.age.count()));
  add(std::to_string(retention.events));
  add(std::to_string(retention.bytes));
}

void Call::run(redis::Client& client, redis::Answer done) const {
  std::vector<std::string_view> keys{names_.state, names_.log, names_.keys, names_.facts};
  keys.insert(keys.end(), more_keys_.begin(), more_keys_.end());
  const std::vector<std::string_view> arguments(arguments_.begin(), arguments_.end());
  script_.run(client, keys, arguments, std::move(done));
}

std::optional<Meeting> Meeting::read(const redis::Reply& reply) {
  const auto log = from_hexadecimal(reply[0].text());
  auto epochs = read_epochs(reply[1].text());
  const auto last = EntryId::parse(reply[2].text());
  const auto floor = EntryId::parse(reply[3].text());
  const auto floor_mark = mark_of(reply[4].text());
  const auto now = from_decimal(reply[5].text());
  const auto standing = read_standing(reply[7].text());
  if (!log || !epochs || !last || !floor || !floor_mark || !now || !standing) return std::nullopt;
  return Meeting{.log = *log,
                 .epochs = *std::move(epochs),
                 .last = *last,
                 .floor = *floor,
                 .floor_mark = *floor_mark,
                 .now = WallTime{Milliseconds{static_cast<std::int64_t>(*now)}},
                 .more = reply[6].integer() == 1,
                 .standing = *standing};
}

}  // namespace tidings::shared
