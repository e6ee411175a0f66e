#include "store/read_plan.hpp"

#include <algorithm>
#include <iterator>

namespace tidings::store {

Candidates::Candidates(const ReadQuery& query, Position until)
    : most_(std::max<std::size_t>(query.most_records, 1)),
      enough_(std::clamp<std::size_t>(query.enough_records, 1, most_)),
      span_(query.span),
      complete_to_(until) {}

// What these positions, of which all up to the last are known, leave to be looked at.
void Candidates::bound(const std::vector<Position>& positions) {
  if (span_ > 0 && positions.size() >= enough_) {
    const Position end = (positions[enough_ - 1] + span_ - 1) / span_ * span_;
    complete_to_ = std::min(complete_to_, end);
  }
  if (positions.size() >= most_) complete_to_ = std::min(complete_to_, positions[most_ - 1]);
}

bool Candidates::offer(Position position) {
  if (position > complete_to_) return false;
  list_.push_back(position);
  if (list_.size() == enough_ || list_.size() == most_) bound(list_);
  return true;
}

void Candidates::end_list() {
  if (positions_.empty()) {
    positions_.swap(list_);
  } else if (!list_.empty()) {
    merged_.clear();
    std::ranges::set_union(positions_, list_, std::back_inserter(merged_));
    positions_.swap(merged_);
  }
  list_.clear();
  bound(positions_);
  while (!positions_.empty() && positions_.back() > complete_to_) positions_.pop_back();
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

bool PageBuilder::add(RecordPtr record) {
  if (full_) return false;
  const Position position = record->position;
  if (!query_.accept_type || query_.accept_type(record->event.type)) {
    const std::size_t size = record->event.payload.size();
    const bool fits = page_.records.size() < query_.most_records && bytes_ + size <= query_.most_bytes;
    if (!page_.records.empty() && !fits) {
      full_ = true;
      return false;
    }
    bytes_ += size;
    page_.records.push_back(std::move(record));
  }
  page_.read_to = position;
  return true;
}

Page PageBuilder::finish(Position read_to) && {
  if (!full_) page_.read_to = std::max(page_.read_to, read_to);
  return std::move(page_);
}

}  // namespace tidings::store
