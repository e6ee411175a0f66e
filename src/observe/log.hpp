// Structured logs: an event name and fields, as `text` or `json` lines on standard error. Control characters in values
// are escaped. Nothing here redacts: callers pass no secrets. Logging never waits: where standard error takes no more,
// lines are left out, counted, and owned up to (`log_lines_lost`) once it does again.
//
//   log(Level::info, "listening", {{"address", address}});
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace tidings::observe {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

struct Field {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
  std::string_view name;  // [a-z0-9_]+
  Value value;

  Field(std::string_view field, std::string_view text) : name(field), value(text) {}
  Field(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}
  Field(std::string_view field, const std::string& text) : name(field), value(std::string_view(text)) {}
  Field(std::string_view field, bool flag) : name(field), value(flag) {}
  Field(std::string_view field, double number) : name(field), value(number) {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Field(std::string_view field, Number number) : name(field) {
    if constexpr (std::is_signed_v<Number>) {
      value = static_cast<std::int64_t>(number);
    } else {
      value = static_cast<std::uint64_t>(number);
    }
  }
};

// Once, before other threads start; may be called again by tests.
void configure_log(Level least, Format format);

// Where complete lines (without newline) go instead of standard error; an empty function restores that. For tests.
void redirect_log(std::function<void(std::string_view)> sink);

[[nodiscard]] bool log_enabled(Level level);

// `event` is a constant, lower case with underscores, so that operators can search for it. Thread-safe. Not to be
// called from a redirected log's sink.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {}) noexcept;

}  // namespace tidings::observe
