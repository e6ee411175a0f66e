// The fields of a request's or a response's head (RFC 9110 §5), in their order.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::http {

struct Field {
  std::string_view name;   // as sent; compare without regard to case
  std::string_view value;  // without the white space around it
};

// All of a head's fields in one text. What is given out of it is valid as long as the fields neither change nor move.
class Fields {
 public:
  // Room that most heads' places need no allocation for.
  static constexpr std::size_t usual = 8;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Field;

    Iterator(const Fields& fields, std::size_t at) : fields_(&fields), at_(at) {}
    Field operator*() const { return fields_->at(at_); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Fields* fields_;
    std::size_t at_;
  };

  // Room for fields that take so many bytes, names and values together.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  void add(std::string_view name, std::string_view value);
  // The first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, places_.size()}; }
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  // Where a field's parts begin in the text, and where it ends.
  struct Place {
    std::uint32_t name;
    std::uint32_t value;
    std::uint32_t end;
  };

  [[nodiscard]] Field at(std::size_t index) const;

  std::string text_;
  boost::container::small_vector<Place, usual> places_;
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace tidings::http
