#include "redis/encode.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <vector>

namespace tidings::redis {

void append_command(std::string& to, std::span<const std::string_view> words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  starts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const int size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), starts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();  // GCOVR_EXCL_LINE: takes a machine out of memory
  to.append(formatted, static_cast<std::size_t>(size));
  redisFreeCommand(formatted);
}

}  // namespace tidings::redis
