// Compares sixteen 32-bit marks with one at once: what a look-up in a `DenseTable` does a group.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tidings::events {

constexpr std::size_t mark_group_size = 16;

// Bit i is set where `marks[i]` is `mark`. For any processor.
[[nodiscard]] inline std::uint32_t equal_marks_one_by_one(const std::uint32_t* marks, std::uint32_t mark) {
  std::uint32_t equal = 0;
  for (std::size_t i = 0; i < mark_group_size; ++i) equal |= static_cast<std::uint32_t>(marks[i] == mark) << i;
  return equal;
}

#ifdef __SSE2__
// The same in four comparisons, whose results are packed into a byte each.
[[nodiscard]] inline std::uint32_t equal_marks(const std::uint32_t* marks, std::uint32_t mark) {
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(mark));
  const auto* four = reinterpret_cast<const __m128i*>(marks);
  const auto compare = [&](int at) { return _mm_cmpeq_epi32(_mm_loadu_si128(four + at), wanted); };
  const __m128i first_half = _mm_packs_epi32(compare(0), compare(1));
  const __m128i second_half = _mm_packs_epi32(compare(2), compare(3));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(first_half, second_half)));
}
#else
[[nodiscard]] inline std::uint32_t equal_marks(const std::uint32_t* marks, std::uint32_t mark) {
  return equal_marks_one_by_one(marks, mark);
}
#endif

}  // namespace tidings::events
