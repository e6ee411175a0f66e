#include "store/page_record.hpp"

#include <cstring>

namespace tidings::store {
namespace {

constexpr std::size_t allocator_bytes = 64;  // counters and their alignment, and what malloc rounds and keeps

}  // namespace

PageRecord::PageRecord(const Record& record) {
  const EventText event = record.event.shown();
  // Neither is ever anywhere near 4 GiB: both came in one request's body.
  const Head head{record.position, static_cast<std::uint32_t>(event.type.size()),
                  static_cast<std::uint32_t>(event.payload.size()), event.text};
  auto bytes = std::make_shared_for_overwrite<char[]>(sizeof head + event.type.size() + event.payload.size());
  char* to = bytes.get();
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  to += event.type.copy(to, event.type.size());
  event.payload.copy(to, event.payload.size());
  bytes_ = std::move(bytes);
}

PageRecord::Head PageRecord::head() const {
  Head head;
  std::memcpy(&head, bytes_.get(), sizeof head);
  return head;
}

EventText PageRecord::shown() const {
  const Head head = this->head();
  const char* const type = bytes_.get() + sizeof head;
  return {{type, head.type}, {type + head.type, head.payload}, head.text};
}

std::size_t PageRecord::bytes_in_memory() const {
  const Head head = this->head();
  return sizeof head + head.type + head.payload + allocator_bytes;
}

}  // namespace tidings::store
