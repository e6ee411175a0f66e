// The other hubs of one Redis: what one asks them, and what they answer (docs/decisions/0014-one-log-in-redis.md).
//
// A question is an entry of a stream that every node reads; an answer one of a stream that its asker reads. Nodes say
// every second that they are there: so who asks knows who should have answered, and names those that did not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "errors/error.hpp"
#include "redis/alarm.hpp"
#include "shared/follower.hpp"
#include "shared/thread.hpp"

namespace tidings::shared {

struct NodeSettings {
  redis::Address address;
  std::string prefix = "tidings";
  std::uint32_t number = 0;  // of this node, unlike all others'
  std::string name;          // as operators know it
};

class Nodes {
 public:
  static constexpr Milliseconds patience{700};         // for answers
  static constexpr Milliseconds call_interval{1'000};  // between two signs of life
  static constexpr Milliseconds silence{2'500};        // after which a node is not waited for
  static constexpr Milliseconds forgotten{60'000};     // after which it is not missed
  static constexpr std::size_t most_asked = 256;       // questions at a time
  static constexpr std::size_t most_kept = 1'024;      // of questions, and of answers to one node
  // The largest page of connections takes some 21 MiB, where each has all patterns and labels that it may have.
  static constexpr std::size_t most_answer_bytes = std::size_t{24} * 1024 * 1024;
  static constexpr int answers_a_page = 8;  // and as many questions, which are small
  static constexpr std::size_t most_page_bytes = (answers_a_page + 2) * most_answer_bytes;

  struct Answers {
    std::vector<std::string> answers;
    std::vector<std::string> missing;  // names of nodes that did not answer in time
  };
  using Reply = std::function<void(std::string answer)>;  // once, from any thread
  // Answers what other nodes ask. Called on the thread.
  using Answerer = std::function<void(const std::string& kind, const std::string& question, Reply reply)>;

  // `thread` runs for as long as this lives.
  Nodes(NodeSettings settings, ReactorThread& thread, const Clock& clock, Random& random, observe::Metrics& metrics);
  ~Nodes();
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  // Once: from now on it is one of the nodes.
  void join(Answerer answerer);

  // Asks all others. `done` on the thread, within `patience`. Any thread.
  void ask(std::string kind, std::string question, std::function<void(Answers)> done);
  // Asks one of them. `connection_not_found` where there is no such node, `store_unavailable` where it doesn't answer.
  void ask_one(std::uint32_t node, std::string kind, std::string question,
               std::function<void(Result<std::string>)> done);

  [[nodiscard]] std::uint32_t number() const { return settings_.number; }
  [[nodiscard]] net::Reactor& reactor() { return thread_.reactor(); }

 private:
  struct Connection final : redis::ClientListener {
    explicit Connection(Nodes& of) : nodes(of) {}
    void on_connected() override { nodes.connected(); }
    void on_disconnected(std::string_view) override { ++nodes.round_; }
    Nodes& nodes;
  };
  // A question that waits for its answers.
  struct Asked {
    std::map<std::string, std::string> expected;  // numbers and names
    bool known = false;                           // who is expected
    std::string only;                             // the one that is asked, or all
    Answers answers;
    std::vector<std::string> early;  // who answered before it was known who would
    std::function<void(Answers)> done;
    std::unique_ptr<redis::Alarm> alarm;
  };

  void connected();
  void call();
  void read();
  void take(const redis::Reply& reply);
  void take_question(const redis::Reply& entry);
  void take_answer(const redis::Reply& entry);
  void put(std::string only, const std::string& kind, const std::string& question, std::function<void(Answers)> done);
  void expect(std::uint64_t id, const redis::CommandResult& result);
  void finish_if_whole(std::uint64_t id);
  void finish(std::uint64_t id);
  void answer(const std::string& to, const std::string& id, const std::string& text);
  [[nodiscard]] std::string member() const { return own_ + ':' + settings_.name; }

  const NodeSettings settings_;
  const std::string own_;  // this node's number as text
  Names names_;
  Scripts scripts_;
  ReactorThread& thread_;
  Shared shared_;
  Connection connection_{*this};
  redis::Client reading_;
  redis::Client writing_;
  redis::Alarm call_{[this] { call(); }};
  Answerer answerer_;
  std::uint64_t round_ = 0;
  std::string read_questions_;
  std::string read_answers_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Asked> asked_;
  std::map<std::string, std::string> last_known_;  // nodes, when Redis was last asked
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  observe::Counter& unanswered_;
};

}  // namespace tidings::shared
