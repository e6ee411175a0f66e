#include "store/head_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "store/bytes.hpp"
#include "store/crc32c.hpp"

namespace tidings::store {
namespace {

constexpr std::size_t body_bytes = 9;
constexpr std::size_t file_bytes = body_bytes + 4;

}  // namespace

Result<void> HeadMark::open(const std::filesystem::path& folder) {
  folder_ = folder;
  const std::filesystem::path path = folder / file_name;
  file_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file_) return fail(ErrorCode::store_unavailable, path.string() + ": " + std::strerror(errno));
  std::array<char, file_bytes + 1> bytes{};
  const ssize_t size = ::pread(file_.get(), bytes.data(), bytes.size(), 0);
  found_.reset();
  if (size != static_cast<ssize_t>(file_bytes)) return {};
  const std::string_view body(bytes.data(), body_bytes);
  if (ByteReader({bytes.data() + body_bytes, 4}).u32() != crc32c(body)) return {};
  ByteReader from(body);
  Value value;
  value.head = from.u64();
  value.sync_failed = from.u8() != 0;
  found_ = value;
  return {};
}

Result<void> HeadMark::write(Value value) {
  std::string bytes;
  put_u64(bytes, value.head);
  bytes.push_back(value.sync_failed ? '\1' : '\0');
  put_u32(bytes, crc32c(bytes));
  if (::pwrite(file_.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) return {};
  return fail(ErrorCode::store_unavailable, std::string(file_name) + ": " + std::strerror(errno));
}

Result<void> HeadMark::sync() {
  const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::fsync(file_.get()) == 0 && ::fsync(folder.get()) == 0) return {};
  return fail(ErrorCode::store_unavailable, (folder_ / file_name).string() + ": " + std::strerror(errno));
}

}  // namespace tidings::store
