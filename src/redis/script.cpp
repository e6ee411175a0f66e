#include "redis/script.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace tidings::redis {
namespace {

std::string sha1(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned at = 0; at < size; ++at) hex += {digits[digest[at] >> 4U], digits[digest[at] & 15U]};
  return hex;
}

// EVAL or EVALSHA, what to run, and what to run it with.
std::vector<std::string_view> call(std::string_view verb, std::string_view script,
                                   const std::vector<std::string>& with) {
  std::vector<std::string_view> words{verb, script};
  words.insert(words.end(), with.begin(), with.end());
  return words;
}

}  // namespace

Script::Script(std::string text) : text_(std::move(text)), digest_(sha1(text_)) {}

void Script::load(Client& client, Answer done) const { client.command({"SCRIPT", "LOAD", text_}, std::move(done)); }

void Script::run(Client& client, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
                 Answer done, std::optional<Milliseconds> timeout) const {
  std::vector<std::string> with{std::to_string(keys.size())};
  with.insert(with.end(), keys.begin(), keys.end());
  with.insert(with.end(), arguments.begin(), arguments.end());
  // Shared, so that the words are still there once the answer has been moved into the call.
  const auto kept = std::make_shared<const std::vector<std::string>>(std::move(with));
  client.command(
      call("EVALSHA", digest_, *kept),
      [this, &client, kept, done = std::move(done), timeout](CommandResult result) {
        if (!result || !result->is_error("NOSCRIPT")) return done(std::move(result));
        client.command(call("EVAL", text_, *kept), done, timeout);
      },
      timeout);
}

}  // namespace tidings::redis
