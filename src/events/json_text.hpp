// A strict reader of JSON (RFC 8259) that keeps what it reads as it was written. simdjson's own parsers turn numbers
// into 64 bits and refuse the others, but published data must come back from JSON.parse as it went in: so values are
// checked and copied here without their white space, token by token, and simdjson only vouches for UTF-8. The fuzzer
// holds it against simdjson.
//
//   JsonText json(body);
//   while (json.next_member(name)) json.compact_value(out, 32, 1024);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::events {

class JsonText {
 public:
  enum class Fault : std::uint8_t {
    none,
    malformed,  // not JSON
    surrogate,  // JSON by its grammar, but an escape names half a character
    too_deep,
    too_long,
  };

  // `text` must be UTF-8 and outlive the reader.
  explicit JsonText(std::string_view text) : text_(text) {}

  // The first thing that was wrong; all that is asked afterwards is refused.
  [[nodiscard]] Fault fault() const { return fault_; }

  // The next character that is not white space, 0 at the end; reads nothing.
  [[nodiscard]] char peek();
  // Nothing but white space is left; anything else is a fault.
  [[nodiscard]] bool at_end();

  // Reads "{" or "[": the start of an object or array whose members or elements are then read one by one.
  [[nodiscard]] bool open(char bracket);
  // Reads up to the next member's value, its name decoded; false after the object's "}" or at a fault. `first` is true
  // for the first call after `open` and is cleared.
  [[nodiscard]] bool next_member(std::string& name, bool& first);
  // Reads up to the next element; false after the array's "]" or at a fault.
  [[nodiscard]] bool next_element(bool& first);

  // A string, decoded to UTF-8.
  [[nodiscard]] bool string(std::string& decoded);
  // Any value, appended to `out` as compact JSON: at most `most_levels` of arrays and objects, and `out` at most
  // `most_bytes` long.
  [[nodiscard]] bool compact_value(std::string& out, std::size_t most_levels, std::size_t most_bytes);

 private:
  bool fail(Fault fault);
  bool take(char expected);
  bool escape(std::string& decoded);
  bool four_hex(std::uint32_t& value);
  bool raw_string(std::string& out);
  bool number(std::string& out);
  bool digits();
  bool literal(std::string_view word, std::string& out);
  bool value(std::string& out, std::size_t levels_left, std::size_t most_bytes);
  bool container(std::string& out, std::size_t levels_left, std::size_t most_bytes);

  std::string_view text_;
  std::size_t at_ = 0;
  Fault fault_ = Fault::none;
  std::string scratch_;
};

}  // namespace tidings::events
