// Whatever is read as a time can be written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "platform/clock.hpp"
#include "platform/duration.hpp"
#include "platform/size.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto time = parse_rfc3339(text);
  // An offset may lead out of the years that can be written.
  const bool sayable =
      time && *time >= parse_rfc3339("0000-01-01T00:00:00Z") && *time <= parse_rfc3339("9999-12-31T23:59:59.999Z");
  if (sayable && parse_rfc3339(to_rfc3339(*time)) != time) std::abort();
  const auto duration = parse_duration(text);
  if (duration && (*duration < Milliseconds{0} || *duration > longest_duration)) std::abort();
  if (duration && parse_size(text)) std::abort();  // no text is both
  return 0;
}
