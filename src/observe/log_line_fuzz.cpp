// Whatever a value holds, a line is one line, short enough, and well-formed.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "observe/line_writer.hpp"
#include "observe/log_line.hpp"
#include "platform/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::observe;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const std::array fields{Field("first", value), Field("second", value), Field("third", value), Field("fourth", value),
                          Field("fifth", value)};
  for (const Format format : {Format::text, Format::json}) {
    const std::string line = format_line(format, {}, Level::info, "fuzzed", fields);
    if (line.size() >= longest_line || !tidings::valid_utf8(line)) std::abort();
    for (const char character : line) {
      if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f) std::abort();
    }
    if (format == Format::json && !nlohmann::json::accept(line)) std::abort();
  }
  return 0;
}
