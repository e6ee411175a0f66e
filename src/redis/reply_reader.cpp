#include "redis/reply_reader.hpp"

#include <new>
#include <string>
#include <utility>

namespace tidings::redis {
namespace {

tl::unexpected<Error> unreadable(std::string why) { return fail(ErrorCode::store_unavailable, std::move(why)); }

}  // namespace

ReplyReader::ReplyReader(const ReplyLimits& limits)
    : limits_(limits), reader_(redisReaderCreateWithFunctions(&functions_)) {
  if (!reader_) throw std::bad_alloc();  // GCOVR_EXCL_LINE: takes a machine out of memory
  reader_->privdata = this;
}

void ReplyReader::feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
  unfinished_ += bytes.size();
}

Result<std::optional<Reply>> ReplyReader::next() {
  void* complete = nullptr;
  if (redisReaderGetReply(reader_.get(), &complete) != REDIS_OK) {
    if (elements_ > limits_.elements) {
      return unreadable("a reply of more than " + std::to_string(limits_.elements) + " elements");
    }
    return unreadable("not the Redis protocol: " + std::string(reader_->errstr));
  }
  const std::size_t ahead = complete != nullptr ? reader_->len - reader_->pos : 0;  // of the next reply
  if (unfinished_ - ahead > limits_.bytes) {
    return unreadable("a reply of more than " + std::to_string(limits_.bytes) + " bytes");
  }
  if (complete != nullptr) {
    elements_ = 0;
    unfinished_ = ahead;
    return std::exchange(root_, Reply{});
  }
  const bool in_line = reader_->ridx >= 0 && reader_->rstack[reader_->ridx].type != REDIS_REPLY_STRING;
  if (in_line && reader_->len - reader_->pos > longest_line) {
    return unreadable("a line of more than " + std::to_string(longest_line) + " bytes");
  }
  return std::nullopt;
}

// An array has room for all of its elements from the start, so that those within stay where they are.
Reply& ReplyReader::place(const redisReadTask& task) {
  if (task.parent == nullptr) return static_cast<ReplyReader*>(task.privdata)->root_;
  return std::get<std::vector<Reply>>(static_cast<Reply*>(task.parent->obj)->value_).emplace_back();
}

void* ReplyReader::on_string(const redisReadTask* task, char* bytes, std::size_t size) {
  Reply& reply = place(*task);
  std::string value(bytes, size);
  reply = task->type == REDIS_REPLY_ERROR ? Reply::error(std::move(value)) : Reply::text(std::move(value));
  return &reply;
}

void* ReplyReader::on_array(const redisReadTask* task, int elements) {
  auto& reader = *static_cast<ReplyReader*>(task->privdata);
  reader.elements_ += static_cast<std::size_t>(elements);
  if (reader.elements_ > reader.limits_.elements) return nullptr;
  std::vector<Reply> array;
  array.reserve(static_cast<std::size_t>(elements));
  Reply& reply = place(*task);
  reply = Reply::array(std::move(array));
  return &reply;
}

void* ReplyReader::on_integer(const redisReadTask* task, long long number) {
  Reply& reply = place(*task);
  reply = Reply::integer(number);
  return &reply;
}

// A null pointer would say that it failed.
void* ReplyReader::on_nil(const redisReadTask* task) { return &place(*task); }

void ReplyReader::on_free(void* /*reply*/) {}  // it belongs to the reader, or to its array

}  // namespace tidings::redis
