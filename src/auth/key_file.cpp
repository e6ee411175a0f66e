#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "auth/keys.hpp"
#include "platform/descriptor.hpp"

namespace tidings::auth {
namespace {

Result<std::string> read_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string content(most_key_file_bytes + 1, '\0');
  std::size_t length = 0;
  ssize_t got = file ? 1 : -1;
  while (got > 0 && length < content.size()) {
    got = ::read(file.get(), content.data() + length, content.size() - length);
    if (got > 0) length += static_cast<std::size_t>(got);
  }
  if (got < 0) {
    return fail(ErrorCode::parameter_invalid, "it can't be read: " + std::generic_category().message(errno));
  }
  if (length > most_key_file_bytes) return fail(ErrorCode::parameter_invalid, "it is over 1 MiB");
  content.resize(length);
  return content;
}

Result<KeySet> read_keys(std::string_view content, std::optional<Algorithm> only) {
  const auto first = content.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || content[first] != '{') {
    auto key = Key::from_pem(content, only);
    if (!key) return tl::unexpected(std::move(key).error());
    KeySet set;
    set.add(*std::move(key));
    return set;
  }
  auto set = KeySet::from_jwks(content);
  if (!set || !only) return set;
  KeySet narrow = set->narrowed(*only);
  if (narrow.empty()) {
    return fail(ErrorCode::parameter_invalid, "none of its keys can be used with " + std::string(name(*only)));
  }
  return narrow;
}

}  // namespace

Result<KeySet> load_key_file(const std::string& path, std::optional<Algorithm> only) {
  auto set = read_file(path).and_then([&](const std::string& content) { return read_keys(content, only); });
  if (!set) return fail(set.error().code, "key file " + path + ": " + set.error().detail);
  return set;
}

}  // namespace tidings::auth
