// Patterns over types and channels: `*` stands for exactly one segment, a last `**` for one or more.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"

namespace tidings::events {

enum class Names : char { types = '.', channels = ':' };  // the segments' separator

class Pattern {
 public:
  static constexpr std::size_t most_a_stream = 64;

  // `parameter_invalid`, with what is wrong in the detail.
  [[nodiscard]] static Result<Pattern> parse(std::string_view text, Names names);

  [[nodiscard]] bool matches(std::string_view name) const;
  // Every name that `other` matches, this matches too.
  [[nodiscard]] bool covers(const Pattern& other) const;
  // No wildcard in it: it is a name.
  [[nodiscard]] bool exact() const { return exact_; }
  // What every name that it matches begins with; the name itself where it is exact.
  [[nodiscard]] std::string_view prefix() const { return std::string_view(text_).substr(0, prefix_); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Names names() const { return names_; }
  auto operator<=>(const Pattern& other) const { return text_ <=> other.text_; }
  bool operator==(const Pattern& other) const { return text_ == other.text_ && names_ == other.names_; }

 private:
  std::string text_;
  std::size_t prefix_ = 0;
  Names names_ = Names::types;
  bool exact_ = true;
};

// A comma-separated list, as `events` and `channels` parameters hold: at least one, at most `Pattern::most_a_stream`.
[[nodiscard]] Result<std::vector<Pattern>> parse_patterns(std::string_view list, Names names);

}  // namespace tidings::events
