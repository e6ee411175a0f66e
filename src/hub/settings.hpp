// Every setting of the hub, in one table (SPEC §8): the configuration file, the environment and the flags are read by
// it, values are checked by it, and --help is written from it. Adding a setting is adding a row here and a member to
// Config.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::hub {

enum class Kind : std::uint8_t {
  text,        // any, but not empty
  path,        // of a file or folder; not empty
  flag,        // true or false
  duration,    // platform/duration.hpp; between `least` and `most` milliseconds
  size,        // platform/size.hpp; between `least` and `most` bytes
  count,       // between `least` and `most`
  choice,      // one of the words in `allowed`, which are separated by ", "
  address,     // to listen at; net/address.hpp
  network,     // an address or a block of them; net/address.hpp
  origin,      // of a page: "https://app.example", without path
  key_source,  // a PEM or JWKS file; an https URL is understood and refused
  store,       // memory, embedded, or the URL of a Redis; redis/address.hpp
  durability,  // memory, process, fsync; with Redis primary or replica:n
  secret,      // at least `least` bytes; printed as ***; also read from a file, under the name with "_file" after it
};

struct Setting {
  std::string_view name;  // "log.durability": [log] durability, TIDINGS_LOG_DURABILITY, --log.durability
  Kind kind = Kind::text;
  std::string_view default_value = {};  // as it would be written; empty for none
  std::string_view about = {};          // one line for --help
  bool repeatable = false;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  std::string_view allowed = {};  // for Kind::choice
  bool bearer = false;            // for Kind::secret: sent as a bearer token, and so made of its characters only
  bool unavailable = false;       // known, but nothing in this version answers to it yet
};

// In the order in which people look for them.
[[nodiscard]] std::span<const Setting> all_settings();
// Null where there is none of that name.
[[nodiscard]] const Setting* find_setting(std::string_view name);

// "log.durability" → "TIDINGS_LOG_DURABILITY".
[[nodiscard]] std::string environment_name(std::string_view setting);

// What is allowed, for a person: "memory, process or fsync", "a duration from 50ms to 1h".
[[nodiscard]] std::string allowed_values(const Setting& setting);

// What is wrong with a value by itself, as the end of the sentence "log.durability = "x": …"; nothing where it is
// right. Never holds the value.
[[nodiscard]] std::optional<std::string> fault_of(const Setting& setting, std::string_view value);

// A value as it may be shown: *** for a secret, a URL without what may be a password in it.
[[nodiscard]] std::string shown(const Setting& setting, std::string_view value);

}  // namespace tidings::hub
