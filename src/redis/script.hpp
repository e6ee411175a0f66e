// A Lua script that the server runs as one atomic step, called by its digest: the server knows it by heart after the
// first time, and is told it again where it has forgotten (a restart, a promotion, SCRIPT FLUSH).
//
//   const Script append{lua_text};
//   append.run(client, keys, arguments, [](CommandResult result) { ... });
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "redis/client.hpp"

namespace tidings::redis {

class Script {
 public:
  explicit Script(std::string text);

  // Makes the server learn it (SCRIPT LOAD). To be done in `on_connected`, so that no `run` has to be sent twice.
  void load(Client& client, Answer done) const;
  // EVALSHA; where that is answered with NOSCRIPT, and so has done nothing, EVAL. A call that has to be sent again may
  // be overtaken by calls made later, unless the script was loaded first. The script must outlive its calls.
  void run(Client& client, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
           Answer done, std::optional<Milliseconds> timeout = std::nullopt) const;

  [[nodiscard]] const std::string& digest() const { return digest_; }  // SHA-1, in hexadecimal

 private:
  std::string text_;
  std::string digest_;
};

}  // namespace tidings::redis
