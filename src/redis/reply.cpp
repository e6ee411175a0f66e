#include "redis/reply.hpp"

namespace tidings::redis {

std::optional<std::int64_t> Reply::integer() const {
  const auto* const number = std::get_if<std::int64_t>(&value_);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

std::string_view Reply::text() const {
  const auto* const string = std::get_if<std::string>(&value_);
  return string != nullptr ? std::string_view(*string) : std::string_view{};
}

std::string Reply::take_text() {
  auto* const string = std::get_if<std::string>(&value_);
  return string != nullptr ? std::move(*string) : std::string{};
}

std::string_view Reply::error_message() const {
  const auto* const message = std::get_if<Message>(&value_);
  return message != nullptr ? std::string_view(message->text) : std::string_view{};
}

std::string_view Reply::error_word() const {
  const std::string_view message = error_message();
  return message.substr(0, message.find(' '));
}

std::span<const Reply> Reply::elements() const {
  const auto* const array = std::get_if<std::vector<Reply>>(&value_);
  return array != nullptr ? std::span<const Reply>(*array) : std::span<const Reply>{};
}

std::span<Reply> Reply::elements() {
  auto* const array = std::get_if<std::vector<Reply>>(&value_);
  return array != nullptr ? std::span<Reply>(*array) : std::span<Reply>{};
}

const Reply& Reply::operator[](std::size_t index) const {
  static const Reply nothing;
  const std::span<const Reply> all = elements();
  return index < all.size() ? all[index] : nothing;
}

}  // namespace tidings::redis
