// From a channel's name to the topics that an event in it is for: exact names by hash, patterns by a tree of their
// segments, which is one hash table of all steps from a node to the next. So the cost of a look-up grows with the
// name's segments and with the ways that patterns go along with them, and not with how many names or patterns there
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/audience.hpp"
#include "events/dense_table.hpp"
#include "events/pattern.hpp"
#include "platform/sip_hash.hpp"
#include "platform/slab.hpp"

namespace tidings::events {

class ChannelIndex {
 public:
  explicit ChannelIndex(const SipKey& key) : key_(key) {}
  ~ChannelIndex();
  ChannelIndex(const ChannelIndex&) = delete;
  ChannelIndex& operator=(const ChannelIndex&) = delete;

  // The topic of a name or a pattern; it stays where it is until it is forgotten.
  [[nodiscard]] Topic& topic(const Pattern& pattern);
  // Where nobody hears it any more.
  void forget(const Pattern& pattern);

  // Appends the topic of `channel` itself and of each pattern that matches it.
  void find(std::string_view channel, std::vector<const Topic*>& into) const;

 private:
  struct Name {
    std::string text;
    Topic topic;
  };
  // 96 bytes.
  struct Node {
    Node* before = nullptr;
    Node* any = nullptr;  // the next one by "*", which any segment takes
    std::uint64_t number = 0;
    std::string segment;          // that leads here
    Topic here;                   // patterns that end here
    Topic below;                  // patterns that end with "**" here
    std::uint32_t next_ones = 0;  // by a segment
    [[nodiscard]] bool empty() const {
      return next_ones == 0 && any == nullptr && here.groups.empty() && below.groups.empty();
    }
  };
  [[nodiscard]] Name* name(std::string_view text) const;
  [[nodiscard]] std::uint64_t hash(const Node& node, std::string_view segment) const;
  // By this very segment, "*" too; null where there is none.
  [[nodiscard]] Node* next(const Node& node, std::string_view segment) const;
  [[nodiscard]] Node& make_next(Node& node, std::string_view segment);
  void prune(Node& node);
  void match(const Node& node, std::string_view rest, std::vector<const Topic*>& into) const;

  SipKey key_;
  Slab<Name> name_slab_;
  Slab<Node> node_slab_;
  SegmentedTable<Name*> names_;
  SegmentedTable<Node*> steps_;  // by the node before and the segment
  Node root_;
  std::uint64_t last_number_ = 0;
};

}  // namespace tidings::events
