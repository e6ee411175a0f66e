// What a Redis or Valkey server answered (RESP, version 2), as a value.
//
//   if (reply.is_error("NOSCRIPT")) return load();
//   for (const Reply& entry : reply.elements()) read(entry[0].text(), entry[1].elements());
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tidings::redis {

// How large a reply may be; a server that sends more is hung up on. An element counts with all that it contains.
struct ReplyLimits {
  std::size_t bytes = 64 * 1024 * 1024;  // as sent
  std::size_t elements = 1024 * 1024;    // of all arrays in it together
};

// 40 bytes, and what it holds.
class Reply {
 public:
  // Arrays in arrays, the outermost included: what hiredis's reader takes.
  static constexpr int deepest = 8;

  Reply() = default;  // nil
  [[nodiscard]] static Reply integer(std::int64_t value) { return Reply(value); }
  [[nodiscard]] static Reply text(std::string value) { return Reply(std::move(value)); }
  [[nodiscard]] static Reply error(std::string message) { return Reply(Message{std::move(message)}); }
  [[nodiscard]] static Reply array(std::vector<Reply> elements) { return Reply(std::move(elements)); }

  [[nodiscard]] bool is_nil() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_error() const { return std::holds_alternative<Message>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<std::vector<Reply>>(value_); }
  // An error whose first word is `word`, e.g. "READONLY".
  [[nodiscard]] bool is_error(std::string_view word) const { return is_error() && error_word() == word; }

  // Nothing where the reply isn't an integer.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  // Of a simple or a bulk string; empty for all else.
  [[nodiscard]] std::string_view text() const;
  // The same, moved out.
  [[nodiscard]] std::string take_text();
  // What the server says of its error, and the first word of that: "WRONGTYPE", "NOSCRIPT". Empty for all else. A
  // message may repeat what was sent to the server, secrets too.
  [[nodiscard]] std::string_view error_message() const;
  [[nodiscard]] std::string_view error_word() const;
  // None for all but arrays.
  [[nodiscard]] std::span<const Reply> elements() const;
  [[nodiscard]] std::span<Reply> elements();
  // The element at `index`; nil beyond the last.
  [[nodiscard]] const Reply& operator[](std::size_t index) const;

  bool operator==(const Reply&) const = default;

 private:
  friend class ReplyReader;
  struct Message {
    std::string text;
    bool operator==(const Message&) const = default;
  };
  using Value = std::variant<std::monostate, std::int64_t, std::string, Message, std::vector<Reply>>;
  explicit Reply(Value value) : value_(std::move(value)) {}

  Value value_;
};

}  // namespace tidings::redis
