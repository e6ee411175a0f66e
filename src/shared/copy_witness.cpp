#include "shared/copy_witness.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "store/bytes.hpp"
#include "store/crc32c.hpp"

namespace tidings::shared {
namespace {

constexpr std::size_t stand_bytes = 48;
constexpr std::size_t body_bytes = 2 * stand_bytes;
constexpr std::size_t file_bytes = body_bytes + 4;

void put(std::string& to, const Stand& stand) {
  for (const std::uint64_t number :
       {stand.log, stand.epoch, stand.entry.position, stand.entry.place, stand.mark, stand.position}) {
    store::put_u64(to, number);
  }
}

Stand take(store::ByteReader& from) {
  Stand stand;
  stand.log = from.u64();
  stand.epoch = from.u64();
  stand.entry.position = from.u64();
  stand.entry.place = from.u64();
  stand.mark = from.u64();
  stand.position = from.u64();
  return stand;
}

tl::unexpected<Error> failed(const std::string& what) {
  return fail(ErrorCode::store_unavailable, what + ": " + std::strerror(errno));
}

}  // namespace

Result<void> CopyWitness::open(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file_name;
  first_.reset();
  second_.reset();
  file_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file_) return failed(path.string());
  std::array<char, file_bytes + 1> bytes{};
  if (::pread(file_.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(file_bytes)) return {};
  const std::string_view body(bytes.data(), body_bytes);
  if (store::ByteReader({bytes.data() + body_bytes, 4}).u32() != store::crc32c(body)) return {};
  store::ByteReader from(body);
  first_ = take(from);
  second_ = take(from);
  return {};
}

std::optional<Stand> CopyWitness::found_at(store::Position position) const {
  for (const auto& stand : {first_, second_}) {
    if (stand && stand->position == position) return stand;
  }
  return std::nullopt;
}

Result<void> CopyWitness::write(const Stand& stands, const Stand& will_stand) {
  std::string bytes;
  bytes.reserve(file_bytes);
  put(bytes, stands);
  put(bytes, will_stand);
  store::put_u32(bytes, store::crc32c(bytes));
  if (::pwrite(file_.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) return {};
  return failed(file_name);
}

}  // namespace tidings::shared
