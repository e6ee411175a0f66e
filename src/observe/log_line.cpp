#include "observe/log_line.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>

#include "observe/line_writer.hpp"
#include "platform/utf8.hpp"

namespace tidings::observe {
namespace {

constexpr std::string_view cut_mark = "…";
constexpr std::size_t longest_tail = std::string_view(R"(,"truncated":true})").size() + 1;

// The first character's bytes; 0 where they are not UTF-8.
std::size_t character_size(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (valid_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

// C0, DEL, C1 (U+0080–U+009F), and the line separators U+2028 and U+2029.
bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  return character == "\u2028" || character == "\u2029";
}

unsigned code_point(std::string_view control) {
  if (control.size() == 1) return static_cast<std::uint8_t>(control[0]);
  if (control.size() == 2) return static_cast<std::uint8_t>(control[1]);
  return control == "\u2028" ? 0x2028 : 0x2029;
}

std::string escaped_control(std::string_view control) {
  if (control == "\n") return "\\n";
  if (control == "\r") return "\\r";
  if (control == "\t") return "\\t";
  return fmt::format("\\u{:04x}", code_point(control));
}

// What of a value stands between quotes.
std::string escaped(Format format, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, size);
    std::string piece;
    if (size == 0) {
      size = 1;
      const auto byte = static_cast<std::uint8_t>(text.front());
      piece = format == Format::json ? "\ufffd" : fmt::format("\\x{:02x}", byte);
    } else if (character == "\"" || character == "\\") {
      piece = fmt::format("\\{}", character);
    } else if (is_control(character)) {
      piece = escaped_control(character);
    } else {
      piece = character;
    }
    if (out.size() + piece.size() + cut_mark.size() > longest_value) return out.append(cut_mark);
    out += piece;
    text.remove_prefix(size);
  }
  return out;
}

void append_value(std::string& line, Format format, std::string_view text) {
  const std::string safe = escaped(format, text);
  const bool bare =
      format == Format::text && !text.empty() && safe == text && text.find_first_of(" =") == std::string_view::npos;
  if (!bare) line.push_back('"');
  line += safe;
  if (!bare) line.push_back('"');
}

template <typename Number>
void append_value(std::string& line, Format format, Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    // JSON has no word for these.
    if (format == Format::json && !std::isfinite(number)) {
      line += "null";
      return;
    }
  }
  fmt::format_to(std::back_inserter(line), "{}", number);
}

void append_field(std::string& line, Format format, const Field& field) {
  line += format == Format::json ? ",\"" : " ";
  line += field.name;
  line += format == Format::json ? "\":" : "=";
  std::visit([&](const auto& value) { append_value(line, format, value); }, field.value);
}

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      break;
  }
  return "error";
}

std::string format_line(Format format, WallTime time, Level level, std::string_view event,
                        std::span<const Field> fields) {
  const bool json = format == Format::json;
  const std::string when = to_rfc3339(time);
  std::string line = json ? fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", when, level_name(level), event)
                          : fmt::format("{} {} {}", when, level_name(level), event);
  for (const Field& field : fields) {
    const std::size_t before = line.size();
    append_field(line, format, field);
    if (line.size() + longest_tail > longest_line) {
      line.resize(before);
      append_field(line, format, Field("truncated", true));
      break;
    }
  }
  if (json) line.push_back('}');
  return line;
}

}  // namespace tidings::observe
