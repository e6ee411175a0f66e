// Any query is either refused or understood as text: UTF-8 without NUL, which encoded again says the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/query.hpp"
#include "platform/utf8.hpp"

namespace {

std::string encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string all;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    all.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = tidings::http::Query::parse({reinterpret_cast<const char*>(data), size});
  if (!query) return 0;
  std::string again;
  for (const auto& [name, value] : query->all()) {
    for (const std::string* text : {&name, &value}) {
      if (!tidings::valid_utf8(*text) || text->find('\0') != std::string::npos) std::abort();
    }
    again += encoded(name) + "=" + encoded(value) + "&";
    if (!query->has(name)) std::abort();
  }
  const auto same = tidings::http::Query::parse(again);
  if (!same || same->all() != query->all()) std::abort();
  return 0;
}
