// What a text takes in memory beyond what it says.
#pragma once

#include <string>

namespace tidings {

// Empties the text and frees its memory, which `clear()` keeps, and `text = {}` too.
inline void empty_and_free(std::string& text) noexcept { std::string().swap(text); }

}  // namespace tidings
