#include "store/read_plan.hpp"

#include <algorithm>

namespace tidings::store {

bool Candidates::offer(Position position) {
  if (positions_.size() == most_ && position > *positions_.rbegin()) {
    overflowed_ = true;
    return false;
  }
  positions_.insert(position);
  if (positions_.size() > most_) {
    positions_.erase(std::prev(positions_.end()));
    overflowed_ = true;
  }
  return true;
}

bool accepts_channel(std::string_view channel, const ReadQuery& query) {
  const bool begins = std::ranges::any_of(query.channel_prefixes,
                                          [channel](const std::string& prefix) { return channel.starts_with(prefix); });
  return begins && (!query.accept_channel || query.accept_channel(channel));
}

bool addresses(const Recipients& recipients, const ReadQuery& query) {
  if (recipients.everyone()) return query.everyone;
  const auto names_user = [&query](const std::string& user) {
    return std::ranges::find(query.users, user) != query.users.end();
  };
  const auto names_channel = [&query](const std::string& channel) {
    return std::ranges::find(query.channels, channel) != query.channels.end() || accepts_channel(channel, query);
  };
  return std::ranges::any_of(recipients.users, names_user) || std::ranges::any_of(recipients.channels, names_channel);
}

PageBuilder::PageBuilder(const ReadQuery& query, Position began_at) : query_(query) {
  page_.began_at = began_at;
  page_.read_to = began_at;
}

bool PageBuilder::add(const Record& record, PageRecord& shared) {
  if (full_) return false;
  if (!query_.accept_type || query_.accept_type(record.event.type)) {
    const std::size_t size = record.event.payload.size();
    const bool fits = page_.records.size() < query_.most_records && bytes_ + size <= query_.most_bytes;
    if (!page_.records.empty() && !fits) {
      full_ = true;
      return false;
    }
    bytes_ += size;
    if (shared.empty()) shared = PageRecord(record);
    page_.records.push_back(shared);
  }
  page_.read_to = record.position;
  return true;
}

Page PageBuilder::finish(Position read_to) && {
  if (!full_) page_.read_to = std::max(page_.read_to, read_to);
  return std::move(page_);
}

}  // namespace tidings::store
