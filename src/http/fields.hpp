// The fields of a request's or a response's head (RFC 9110 §5), in their order.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::http {

struct Field {
  std::string_view name;   // as sent; compare without regard to case
  std::string_view value;  // without the white space around it
};

// All of a head's fields in one text: each as the lengths of its name and value, and then these two. What is given out
// of it is valid as long as the fields neither change nor move.
class Fields {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Field;

    explicit Iterator(std::string_view rest) : rest_(rest) {}
    Field operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return rest_.size() == other.rest_.size(); }

   private:
    std::string_view rest_;
  };

  // Room for a head of so many bytes.
  void reserve(std::size_t bytes);
  void add(std::string_view name, std::string_view value);
  // The first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] Iterator begin() const { return Iterator(text_); }
  [[nodiscard]] Iterator end() const { return Iterator({}); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::string text_;
  std::size_t size_ = 0;
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace tidings::http
