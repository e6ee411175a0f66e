#include "auth/sse_key_file.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "auth/evp.hpp"
#include "platform/base64url.hpp"
#include "platform/descriptor.hpp"

namespace tidings::auth {
namespace {

constexpr std::size_t line_bytes = 44;  // 43 of base64url, and a newline

tl::unexpected<Error> broken(const std::string& path, std::string_view what) {
  return fail(ErrorCode::internal, "SSE key file " + path + ": " + std::string(what));
}

tl::unexpected<Error> system_failure(const std::string& path, std::string_view what) {
  return broken(path, std::string(what) + ": " + std::generic_category().message(errno));
}

Result<SseKey> load(const std::string& path, const Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return broken(path, "it is not a regular file");
  if ((status.st_mode & 077) != 0) return broken(path, "others may use it; its mode must be 0600");
  std::array<char, line_bytes + 1> line{};  // one more, to notice a longer file
  const ssize_t length = ::read(file.get(), line.data(), line.size());
  std::optional<std::string> bytes;
  if (length == static_cast<ssize_t>(line_bytes) && line[line_bytes - 1] == '\n') {
    bytes = base64url_decode(std::string_view(line.data(), line_bytes - 1));
  }
  OPENSSL_cleanse(line.data(), line.size());
  SseKey key{};
  if (!bytes || bytes->size() != key.size()) return broken(path, "it holds no key");
  std::transform(bytes->begin(), bytes->end(), key.begin(), [](char c) { return static_cast<std::byte>(c); });
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return key;
}

// Writes the key under another name, and gives it its own once all of it is on the disk. `false`: someone else was
// first.
Result<bool> create(const std::string& path, const SseKey& key) {
  const std::string unfinished = path + ".new";
  ::unlink(unfinished.c_str());  // of a hub that died here
  const Descriptor file{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return system_failure(path, "it can't be created");
  std::string line = base64url_encode(key) + "\n";
  const bool written = ::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
  OPENSSL_cleanse(line.data(), line.size());
  if (!written || ::fsync(file.get()) != 0) {
    return system_failure(path, "it can't be written");  // GCOVR_EXCL_LINE: takes a failing disk
  }
  const bool named = ::link(unfinished.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(unfinished.c_str());
  errno = reason;
  if (!named && reason == EEXIST) return false;
  if (!named) return system_failure(path, "it can't be named");  // GCOVR_EXCL_LINE: takes a failing disk
  // The name, too, must outlast a power cut.
  const std::string folder = std::filesystem::absolute(path).parent_path();
  const Descriptor parent{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!parent || ::fsync(parent.get()) != 0) {
    return system_failure(path, "its folder can't be synced");  // GCOVR_EXCL_LINE: takes a failing disk
  }
  return true;
}

}  // namespace

Result<SseKey> load_or_create_sse_key(const std::string& path, Random& random) {
  for (;;) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (file) return load(path, file);
    if (errno != ENOENT) return system_failure(path, "it can't be opened");
    SseKey key{};
    random.fill(key);
    const auto created = create(path, key);
    if (!created) return tl::unexpected(created.error());
    if (*created) return key;
  }
}

}  // namespace tidings::auth
