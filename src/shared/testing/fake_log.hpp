// A shared log as a fake server keeps it: just what a follower asks of Redis, and it may be told to behave badly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/testing/fake_server.hpp"
#include "shared/scripts.hpp"
#include "store/record_codec.hpp"
#include "store/testing/events.hpp"

namespace tidings::shared::testing {

class FakeLog {
 public:
  using Words = redis::testing::Words;

  FakeLog() { begin_epoch(); }

  void append(std::string payload) {
    const store::Record record{0, WallTime{}, store::testing::for_everyone(std::move(payload))};
    add({last_.position + 1, 0}, {"t", "1700000000000", "b", "100", "r", store::encode_record(record, 0)});
  }
  void begin_epoch() {
    const EntryId id{last_.position, last_.place + 1};
    const std::string epoch = hexadecimal(++epoch_);
    add(id, {"e", epoch});
    epochs_ += ' ' + epoch + ':' + id.text() + ':' + hexadecimal(entries_.back().mark);
  }
  // As hubs of an earlier version do, whatever the value was before.
  void put_fact(std::string name, std::string value) {
    add({last_.position, last_.place + 1}, {"f", std::move(name), "v", std::move(value)});
  }
  // As XDEL does: the log still says that it reaches this far.
  void remove_last() { entries_.pop_back(); }

  // A command's reply.
  std::optional<std::string> answer(const Words& words) {
    const std::string& verb = words.front();
    if (verb == "SCRIPT") return "+OK\r\n";
    if (verb == "INFO") return redis::testing::bulk("maxmemory_policy:noeviction\r\n");
    if (verb == "HSCAN") {
      const int page = std::stoi(words[2]) + 1;
      return "*2\r\n" + redis::testing::bulk(std::to_string(page < pages_of_facts ? page : 0)) + "*0\r\n";
    }
    if (verb == "XREAD") return hangs ? std::nullopt : std::optional(read(words.back()));
    if (verb == "EVALSHA" && words[1] == scripts_.meet.digest()) return meet(words);
    if (verb == "EVALSHA" && words[1] == scripts_.begin.digest()) {
      if (words.back() == hexadecimal(epoch_)) begin_epoch();
      return redis::testing::bulk(hexadecimal(epoch_));
    }
    return "-ERR unexpected\r\n";
  }

  std::string met;         // instead of what a meeting is answered with, where it is not empty
  std::string read_error;  // the same for what reads are
  bool hangs = false;      // reads are answered with nothing at all
  int meetings = 0;
  int pages_of_facts = 1;  // empty ones

 private:
  struct Kept {
    EntryId id;
    Mark mark = 0;
    std::string reply;
  };

  void add(EntryId id, Words fields) {
    const Mark mark = mark_ + 1;
    fields.insert(fields.begin(), {"m", bytes_of(mark) + bytes_of(mark_)});
    entries_.push_back({id, mark, "*2\r\n" + redis::testing::bulk(id.text()) + redis::testing::bulks(fields)});
    mark_ = mark;
    last_ = id;
  }

  [[nodiscard]] std::string read(const std::string& from) const {
    if (!read_error.empty()) return read_error;
    const auto after = *EntryId::parse(from);
    std::string replies;
    int count = 0;
    for (const Kept& each : entries_) {
      if (!(after < each.id)) continue;
      replies += each.reply;
      ++count;
    }
    if (count == 0) return "*-1\r\n";
    return "*1\r\n*2\r\n" + redis::testing::bulk("tidings:log") + '*' + std::to_string(count) + "\r\n" + replies;
  }

  [[nodiscard]] std::string meet(const Words& words) {
    ++meetings;
    if (!met.empty()) return met;
    const std::string standing = words[words.size() - 3].empty() ? "other" : standing_of(words);
    std::string reply = "*8\r\n";
    for (const std::string& part :
         {hexadecimal(7), epochs_, last_.text(), std::string("0-0"), bytes_of(0), std::string("1700000000000")}) {
      reply += redis::testing::bulk(part);
    }
    return reply + ":0\r\n" + redis::testing::bulk(standing);
  }

  // Of a node, by the entry and the mark that it has.
  [[nodiscard]] std::string standing_of(const Words& words) const {
    const std::string& entry = words[words.size() - 2];
    if (entry == "0-0") return words.back() == bytes_of(0) ? "same" : "differs";
    for (const Kept& each : entries_) {
      if (each.id.text() == entry) return bytes_of(each.mark) == words.back() ? "same" : "differs";
    }
    return "differs";
  }

  Scripts scripts_;
  std::vector<Kept> entries_;
  EntryId last_;
  Mark mark_ = 0;
  std::uint64_t epoch_ = 0;
  std::string epochs_;
};

}  // namespace tidings::shared::testing
