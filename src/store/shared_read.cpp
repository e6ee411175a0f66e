#include "store/shared_read.hpp"

#include <algorithm>
#include <utility>

namespace tidings::store {

SharedRead::SharedRead(std::span<const Read> reads, Position floor) : reads_(reads), open_(reads.size()) {
  pages_.reserve(reads.size());
  for (std::uint32_t number = 0; number < reads.size(); ++number) {
    const ReadQuery& query = reads[number].query;
    offered_.push_back(std::max(query.after, floor));
    pages_.emplace_back(query, offered_.back());
    if (query.everyone) of_everyone_.push_back(number);
    for (const std::string& user : query.users) of_users_[user].push_back(number);
    for (const std::string& channel : query.channels) of_channels_[channel].push_back(number);
    for (const std::string& prefix : query.channel_prefixes) {
      Numbers& readers = of_prefixes_[prefix];
      if (readers.empty() || readers.back() != number) readers.push_back(number);
      prefix_lengths_.insert(prefix.size());
    }
  }
}

const SharedRead::Numbers& SharedRead::by_pattern(const std::string& channel) {
  if (const auto known = remembered_.find(channel); known != remembered_.end()) return known->second;
  if (remembered_.size() == most_remembered) remembered_.clear();
  Numbers& readers = remembered_[channel];
  for (const std::size_t length : prefix_lengths_) {
    if (length > channel.size()) break;
    ++asked_;
    const auto begun_alike = of_prefixes_.find(std::string_view(channel).substr(0, length));
    if (begun_alike == of_prefixes_.end()) continue;
    for (const std::uint32_t number : begun_alike->second) {
      const ReadQuery& query = reads_[number].query;
      asked_ += query.channel_prefixes.size();
      if (!query.accept_channel || query.accept_channel(channel)) readers.push_back(number);
    }
  }
  return readers;
}

void SharedRead::take(const Record& record) {
  const std::size_t before = found_;
  const Recipients& recipients = record.event.recipients;
  PageRecord shared;  // by all pages that it is for
  if (recipients.everyone()) offer(of_everyone_, record, shared);
  for (const std::string& user : recipients.users) {
    if (const auto readers = of_users_.find(user); readers != of_users_.end()) offer(readers->second, record, shared);
  }
  for (const std::string& channel : recipients.channels) {
    if (const auto readers = of_channels_.find(channel); readers != of_channels_.end()) {
      offer(readers->second, record, shared);
    }
    if (!of_prefixes_.empty()) offer(by_pattern(channel), record, shared);
  }
  if (found_ == before) return;
  bytes_ += shared.bytes_in_memory() + (found_ - before) * PageRecord::bytes_on_a_page;
  found_ = before + 1;
}

// Each query is offered a record once, however many of its recipients it names.
void SharedRead::offer(const Numbers& readers, const Record& record, PageRecord& shared) {
  asked_ += readers.size();
  for (const std::uint32_t number : readers) {
    if (record.position <= offered_[number] || record.position > reads_[number].query.until) continue;
    offered_[number] = record.position;
    PageBuilder& page = pages_[number];
    if (page.full()) continue;
    const std::size_t size = page.size();
    if (!page.add(record, shared)) --open_;
    found_ += page.size() - size;
  }
}

Page SharedRead::finish(std::size_t read, Position read_to) {
  return std::move(pages_[read]).finish(std::min(read_to, reads_[read].query.until));
}

}  // namespace tidings::store
