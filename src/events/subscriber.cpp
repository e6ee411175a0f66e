#include "events/subscriber.hpp"

#include <cstring>

#include "events/shard.hpp"

namespace tidings::events {

void Subscriber::on_writable() { filter->shard().writable(*this); }
void Subscriber::on_closed() { filter->shard().closed(*this); }
void Subscriber::on_timer() { filter->shard().timer(*this); }

std::unique_ptr<const char[]> pack_labels(const Labels& labels) {
  if (labels.empty()) return nullptr;
  std::string packed;
  for (const auto& [name, value] : labels) packed.append(name).append(1, '\0').append(value).append(1, '\0');
  auto bytes = std::make_unique<char[]>(packed.size() + 1);  // one more, zero: the empty name at the end
  std::memcpy(bytes.get(), packed.data(), packed.size());
  return bytes;
}

Labels unpack_labels(const char* packed) {
  Labels labels;
  while (packed != nullptr && *packed != '\0') {
    std::string name = packed;
    packed += name.size() + 1;
    std::string value = packed;
    packed += value.size() + 1;
    labels.emplace_back(std::move(name), std::move(value));
  }
  return labels;
}

}  // namespace tidings::events
