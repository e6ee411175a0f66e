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

void append(const Topic& topic, std::vector<const Topic*>& into) {
  if (!topic.groups.empty()) into.push_back(&topic);
}

}  // namespace

ChannelIndex::~ChannelIndex() {
  names_.for_each([this](Name* name) { name_slab_.destroy(*name); });
  steps_.for_each([this](Node* node) { node_slab_.destroy(*node); });
}

Topic& ChannelIndex::topic(const Pattern& pattern) {
  if (pattern.exact()) {
    if (Name* found = name(pattern.text())) return found->topic;
    Name& made = name_slab_.make();
    made.text = pattern.text();
    names_.add(sip_hash_1_3(key_, made.text), &made);
    return made.topic;
  }
  Node* node = &root_;
  for (std::string_view left = pattern.text(); !left.empty();) {
    const auto [segment, rest] = split(left);
    if (segment == "**") return node->below;
    Node* found = next(*node, segment);
    node = found != nullptr ? found : &make_next(*node, segment);
    left = rest;
  }
  return node->here;
}

void ChannelIndex::forget(const Pattern& pattern) {
  if (pattern.exact()) {
    Name* found = name(pattern.text());
    if (found == nullptr || !found->topic.groups.empty()) return;
    names_.remove(sip_hash_1_3(key_, found->text), [&](const Name* other) { return other == found; });
    return name_slab_.destroy(*found);
  }
  Node* node = &root_;
  for (std::string_view left = pattern.text(); !left.empty() && left != "**";) {
    const auto [segment, rest] = split(left);
    node = next(*node, segment);
    if (node == nullptr) return;
    left = rest;
  }
  prune(*node);
}

ChannelIndex::Name* ChannelIndex::name(std::string_view text) const {
  Name* const* found = names_.find(sip_hash_1_3(key_, text), [&](const Name* name) { return name->text == text; });
  return found == nullptr ? nullptr : *found;
}

std::uint64_t ChannelIndex::hash(const Node& node, std::string_view segment) const {
  // Numbers far apart for neighbours; which segments fall together from different nodes only the key decides.
  return sip_hash_1_3(key_, segment) ^ (node.number * 0x9e3779b97f4a7c15ULL);
}

ChannelIndex::Node* ChannelIndex::next(const Node& node, std::string_view segment) const {
  if (segment == "*") return node.any;
  if (node.next_ones == 0) return nullptr;
  Node* const* found = steps_.find(hash(node, segment),
                                   [&](const Node* step) { return step->before == &node && step->segment == segment; });
  return found == nullptr ? nullptr : *found;
}

ChannelIndex::Node& ChannelIndex::make_next(Node& node, std::string_view segment) {
  Node& made = node_slab_.make();
  made.before = &node;
  made.segment = segment;
  made.number = ++last_number_;
  steps_.add(hash(node, segment), &made);
  if (segment == "*") {
    node.any = &made;
  } else {
    ++node.next_ones;
  }
  return made;
}

// Takes the node out where nothing is left in it, and then those before it that only led to it.
void ChannelIndex::prune(Node& node) {
  Node* empty = &node;
  while (empty != &root_ && empty->empty()) {
    Node& before = *empty->before;
    if (before.any == empty) {
      before.any = nullptr;
    } else {
      --before.next_ones;
    }
    steps_.remove(hash(before, empty->segment), [&](const Node* other) { return other == empty; });
    node_slab_.destroy(*empty);
    empty = &before;
  }
}

void ChannelIndex::match(const Node& node, std::string_view rest, std::vector<const Topic*>& into) const {
  if (rest.empty()) return append(node.here, into);
  append(node.below, into);
  const auto [segment, after] = split(rest);
  if (const Node* step = next(node, segment)) match(*step, after, into);
  if (node.any != nullptr) match(*node.any, after, into);
}

void ChannelIndex::find(std::string_view channel, std::vector<const Topic*>& into) const {
  if (Name* found = name(channel)) append(found->topic, into);
  match(root_, channel, into);
}

}  // namespace tidings::events
