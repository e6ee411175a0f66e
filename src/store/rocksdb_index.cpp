#include "store/rocksdb_index.hpp"

#include <algorithm>
#include <tuple>

#include "store/bytes.hpp"
#include "store/rocksdb_layout.hpp"

namespace tidings::store::index {
namespace {

using layout::Kind;

struct Named {
  Kind kind;
  std::string_view name;
  Position position;

  [[nodiscard]] bool same_list(const Named& other) const { return kind == other.kind && name == other.name; }
};

void put_list(rocksdb::WriteBatch& batch, Kind kind, std::string_view name, std::span<const Position> positions) {
  while (!positions.empty()) {
    const auto entry = positions.first(std::min(positions.size(), most_positions_an_entry));
    batch.Put(layout::index_key(kind, name, entry.back()), encode_earlier(entry));
    positions = positions.subspan(entry.size());
  }
}

void put_named(rocksdb::WriteBatch& batch, std::vector<Named>& named) {
  std::ranges::sort(named, {}, [](const Named& one) { return std::tuple(one.kind, one.name, one.position); });
  std::vector<Position> positions;
  for (auto begin = named.begin(); begin != named.end();) {
    const auto end = std::find_if_not(begin, named.end(), [&](const Named& one) { return one.same_list(*begin); });
    positions.clear();
    for (auto at = begin; at != end; ++at) positions.push_back(at->position);
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());  // of a name that stands twice
    put_list(batch, begin->kind, begin->name, positions);
    begin = end;
  }
}

}  // namespace

void add(rocksdb::WriteBatch& batch, std::span<const Append> group) {
  std::vector<Position> everyone;
  std::vector<Named> named;
  everyone.reserve(group.size());
  for (const Append& append : group) {
    const Recipients& to = append.record->event.recipients;
    const Position position = append.record->position;
    if (to.everyone()) everyone.push_back(position);
    for (const std::string& user : to.users) named.push_back({Kind::user, user, position});
    for (const std::string& channel : to.channels) named.push_back({Kind::channel, channel, position});
  }
  put_list(batch, Kind::everyone, "", everyone);
  put_named(batch, named);
}

std::string encode_earlier(std::span<const Position> positions) {
  std::string bytes;
  for (std::size_t i = positions.size(); i-- > 1;) put_varint(bytes, positions[i] - positions[i - 1]);
  return bytes;
}

std::optional<std::vector<Position>> decode_positions(Position last, std::string_view earlier) {
  std::vector<Position> positions{last};
  ByteReader from(earlier);
  while (from.left() > 0) {
    const std::uint64_t distance = from.varint();
    if (distance == 0 || distance >= positions.back() || positions.size() == most_positions_an_entry) {
      return std::nullopt;
    }
    positions.push_back(positions.back() - distance);
  }
  std::ranges::reverse(positions);
  return positions;
}

}  // namespace tidings::store::index
