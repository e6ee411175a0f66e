// Replies out of bytes, as they come: hiredis's reader, which builds `Reply`s within the limits.
#pragma once

#include <hiredis/read.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "errors/error.hpp"
#include "redis/reply.hpp"

namespace tidings::redis {

class ReplyReader {
 public:
  // Of a simple string, an error or a number: they are searched for their end anew with each piece that comes.
  static constexpr std::size_t longest_line = 64 * 1024;

  explicit ReplyReader(const ReplyLimits& limits);
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  // The next reply that is complete; nothing where its rest has yet to come. Once it has failed (not RESP, or too
  // large) it is of no more use.
  [[nodiscard]] Result<std::optional<Reply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  // What hiredis calls for each element, in order; null to refuse it.
  static void* on_string(const redisReadTask* task, char* bytes, std::size_t size);
  static void* on_array(const redisReadTask* task, int elements);
  static void* on_integer(const redisReadTask* task, long long number);
  static void* on_nil(const redisReadTask* task);
  static void on_free(void* reply);
  static Reply& place(const redisReadTask& task);

  ReplyLimits limits_;
  redisReplyObjectFunctions functions_{on_string, on_array, on_integer, on_nil, on_free};
  std::unique_ptr<redisReader, Free> reader_;
  Reply root_;                  // what is being read
  std::size_t elements_ = 0;    // of its arrays
  std::size_t unfinished_ = 0;  // bytes taken since the last complete reply
};

}  // namespace tidings::redis
