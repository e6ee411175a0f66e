// What the generator writes into each event's data, to know it again: who published it, its number among that
// publisher's, and when. Data reads {"c":0,"n":1,"t":1234,"p":"xxx"}, padded by "p" to the length asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::bench {

struct Mark {
  std::uint64_t publisher = 0;
  std::uint64_t number = 0;        // from 1
  std::uint64_t published_at = 0;  // of `now_nanoseconds`

  // `bytes` long, or as long as it must be.
  [[nodiscard]] std::string data(std::size_t bytes) const;
  // Nothing where `data` is not of our making.
  [[nodiscard]] static std::optional<Mark> in(std::string_view data);
};

}  // namespace tidings::bench
