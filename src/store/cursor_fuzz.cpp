// Whatever a client sends as a cursor: what is accepted is exactly what is written back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/cursor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto cursor = tidings::store::Cursor::parse(text); cursor && cursor->text() != text) std::abort();
  return 0;
}
