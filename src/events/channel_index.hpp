// From a channel's name to the interests that hear it: exact names by hash, patterns by a tree of their segments. The
// cost of a look-up grows with the name's segments and the patterns along them, not with how many there are in all.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/filters.hpp"

namespace tidings::events {

// Lets string tables be asked with a string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

class ChannelIndex {
 public:
  // Under each of its patterns; `interest` must stay until it is removed.
  void add(ChannelInterest& interest);
  void remove(ChannelInterest& interest);

  // Appends each interest that hears `channel`; one that does by two patterns may stand twice.
  void find(std::string_view channel, std::vector<ChannelInterest*>& into) const;

 private:
  using Interests = std::vector<ChannelInterest*>;
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> next;  // by segment; "*" is any one
    Interests here;                                                  // patterns that end here
    Interests below;                                                 // patterns that end with "**" here
    [[nodiscard]] bool empty() const { return next.empty() && here.empty() && below.empty(); }
  };
  static void insert(Node& node, std::string_view pattern, ChannelInterest& interest);
  static void erase(Node& node, std::string_view pattern, ChannelInterest& interest);
  static void match(const Node& node, std::string_view channel, Interests& into);

  std::unordered_map<std::string, Interests, TextHash, std::equal_to<>> exact_;
  Node patterns_;
};

}  // namespace tidings::events
