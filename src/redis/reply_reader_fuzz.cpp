// Whatever comes, cut as it may be, is the same replies or the same failure, within the limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "redis/reply_reader.hpp"

namespace {

using tidings::redis::Reply;

constexpr tidings::redis::ReplyLimits limits{.bytes = 4096, .elements = 256};

struct Read {
  std::vector<Reply> replies;
  bool failed = false;
};

Read read_all(std::string_view bytes, std::size_t piece) {
  tidings::redis::ReplyReader reader{limits};
  Read read;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      auto reply = reader.next();
      if (!reply) {
        read.failed = true;
        return read;
      }
      if (!*reply) break;
      read.replies.push_back(std::move(**reply));
    }
  }
  return read;
}

std::size_t elements_of(const Reply& reply) {
  std::size_t count = reply.elements().size();
  for (const Reply& element : reply.elements()) count += elements_of(element);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Short of the limits on bytes, which depend on how they are cut.
  if (size == 0 || size > limits.bytes) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read_all(bytes, limits.bytes);
  const Read cut = read_all(bytes, std::max<std::size_t>(data[0], 1));
  if (whole.failed != cut.failed || whole.replies != cut.replies) std::abort();
  for (const Reply& reply : whole.replies) {
    if (elements_of(reply) > limits.elements) std::abort();
  }
  return 0;
}
