// Whatever a disk gives back as a record, with its checksum made right in half of the runs so that what lies behind it
// is reached: what is accepted is exactly what is written back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

#include "store/bytes.hpp"
#include "store/crc32c.hpp"
#include "store/record_codec.hpp"
#include "store/rocksdb_index.hpp"
#include "store/rocksdb_layout.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::store;
  constexpr Position position = 7;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)layout::decode_epochs(bytes);
  (void)layout::decode_run(bytes);
  (void)layout::decode_key_entry(bytes);
  constexpr Position last = 1'000'000;
  if (const auto positions = index::decode_positions(last, bytes)) {
    if (positions->back() != last || positions->front() == 0) std::abort();
    if (std::ranges::adjacent_find(*positions, std::greater_equal{}) != positions->end()) std::abort();
    if (index::decode_positions(last, index::encode_earlier(*positions)) != positions) std::abort();
  }
  if (size > 0 && data[0] == 1) {
    std::string place;
    put_u64(place, position);
    put_u32(bytes, crc32c(bytes) ^ crc32c(place));
  }
  if (const auto stored = decode_record(position, bytes)) {
    const auto again = decode_record(position, encode_record(stored->record, stored->cumulative_bytes));
    if (!again || again->record.event.payload != stored->record.event.payload) std::abort();
    if (again->record.event.recipients.users != stored->record.event.recipients.users) std::abort();
  }
  return 0;
}
