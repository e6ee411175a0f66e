// What listings are asked with: who they are about, how much a page holds and where it begins (SPEC §1.7).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/call.hpp"
#include "http/query.hpp"

namespace tidings::api {

inline constexpr std::size_t most_a_page = 1'000;
inline constexpr std::size_t usual_page = 100;

struct ListingQuery {
  std::string user;     // empty: not asked for
  std::string channel;  // empty: not asked for
  std::string after;    // a page's `next`; empty: from the start
  std::size_t limit = usual_page;
};

// `parameter_invalid`, `parameter_repeated`. Unknown parameters are ignored.
[[nodiscard]] Result<ListingQuery> listing_query(const http::Request& request);

// A page's `next` as JSON: null where there is no more.
[[nodiscard]] Json next_page(const std::string& next);

}  // namespace tidings::api
