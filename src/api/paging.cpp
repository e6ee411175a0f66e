#include "api/paging.hpp"

#include <charconv>
#include <utility>

#include "events/names.hpp"

namespace tidings::api {
namespace {

Result<std::size_t> page_size(const std::string& text) {
  std::size_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc{} || after != end || size < 1 || size > most_a_page) {
    return fail(ErrorCode::parameter_invalid, "\"limit\" is not a number from 1 to 1000");
  }
  return size;
}

}  // namespace

Result<ListingQuery> listing_query(const http::Request& request) {
  const auto query = http::Query::parse(request.query);
  if (!query) return tl::unexpected(query.error());
  ListingQuery listing;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"user", &listing.user}, {"channel", &listing.channel}, {"after", &listing.after}};
  for (const auto& [name, target] : texts) {
    auto value = query->one(name);
    if (!value) return tl::unexpected(value.error());
    if (*value) *target = std::move(**value);
  }
  if (query->has("user") && !events::valid_user(listing.user)) {
    return fail(ErrorCode::parameter_invalid, "\"user\" is no user's name");
  }
  if (query->has("channel") && !events::valid_channel(listing.channel)) {
    return fail(ErrorCode::parameter_invalid, "\"channel\" is no channel's name");
  }
  const auto limit = query->one("limit");
  if (!limit) return tl::unexpected(limit.error());
  if (*limit) {
    const auto size = page_size(**limit);
    if (!size) return tl::unexpected(size.error());
    listing.limit = *size;
  }
  return listing;
}

Json next_page(const std::string& next) { return next.empty() ? Json(nullptr) : Json(next); }

}  // namespace tidings::api
