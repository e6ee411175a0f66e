#include "events/channel_index.hpp"

#include <algorithm>

namespace tidings::events {
namespace {

constexpr char separator = static_cast<char>(Names::channels);

struct Split {
  std::string_view first;
  std::string_view rest;
};

Split split(std::string_view name) {
  const std::size_t end = std::min(name.find(separator), name.size());
  return {name.substr(0, end), name.substr(std::min(end + 1, name.size()))};
}

void leave(std::vector<ChannelInterest*>& interests, ChannelInterest& interest) {
  const auto found = std::ranges::find(interests, &interest);
  *found = interests.back();
  interests.pop_back();
}

}  // namespace

void ChannelIndex::add(ChannelInterest& interest) {
  for (const Pattern& pattern : *interest.patterns()) {
    if (pattern.exact()) {
      exact_[pattern.text()].push_back(&interest);
    } else {
      insert(patterns_, pattern.text(), interest);
    }
  }
}

void ChannelIndex::remove(ChannelInterest& interest) {
  for (const Pattern& pattern : *interest.patterns()) {
    if (pattern.exact()) {
      const auto found = exact_.find(pattern.text());
      leave(found->second, interest);
      if (found->second.empty()) exact_.erase(found);
    } else {
      erase(patterns_, pattern.text(), interest);
    }
  }
}

void ChannelIndex::insert(Node& node, std::string_view pattern, ChannelInterest& interest) {
  if (pattern.empty()) return node.here.push_back(&interest);
  if (pattern == "**") return node.below.push_back(&interest);
  const auto [segment, rest] = split(pattern);
  auto& next = node.next[std::string(segment)];
  if (!next) next = std::make_unique<Node>();
  insert(*next, rest, interest);
}

void ChannelIndex::erase(Node& node, std::string_view pattern, ChannelInterest& interest) {
  if (pattern.empty()) return leave(node.here, interest);
  if (pattern == "**") return leave(node.below, interest);
  const auto [segment, rest] = split(pattern);
  const auto next = node.next.find(segment);
  erase(*next->second, rest, interest);
  if (next->second->empty()) node.next.erase(next);
}

void ChannelIndex::match(const Node& node, std::string_view channel, Interests& into) {
  if (channel.empty()) {
    into.insert(into.end(), node.here.begin(), node.here.end());
    return;
  }
  into.insert(into.end(), node.below.begin(), node.below.end());
  const auto [segment, rest] = split(channel);
  if (const auto next = node.next.find(segment); next != node.next.end()) match(*next->second, rest, into);
  if (const auto next = node.next.find("*"); next != node.next.end()) match(*next->second, rest, into);
}

void ChannelIndex::find(std::string_view channel, Interests& into) const {
  if (const auto named = exact_.find(channel); named != exact_.end()) {
    into.insert(into.end(), named->second.begin(), named->second.end());
  }
  match(patterns_, channel, into);
}

}  // namespace tidings::events
