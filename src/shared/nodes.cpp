#include "shared/nodes.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "observe/log.hpp"

namespace tidings::shared {
namespace {

// The value of an entry's field.
std::string field(const redis::Reply& entry, std::string_view name) {
  const auto pairs = entry[1].elements();
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (pairs[i].text() == name) return std::string(pairs[i + 1].text());
  }
  return {};
}

redis::ClientSettings hearing_settings(const redis::Address& address) {
  redis::ClientSettings settings = client_settings(address, "hear");
  settings.reply_limits.bytes = Nodes::most_page_bytes;
  return settings;
}

}  // namespace

Nodes::Nodes(NodeSettings settings, ReactorThread& thread, const Clock& clock, Random& random,
             observe::Metrics& metrics)
    : settings_(std::move(settings)),
      own_(hexadecimal(settings_.number).substr(8)),
      names_(settings_.prefix),
      thread_(thread),
      shared_{thread.reactor(), clock, random, metrics, settings_.address, names_},
      reading_(thread.reactor(), random, metrics, hearing_settings(settings_.address), connection_),
      writing_(thread.reactor(), random, metrics, client_settings(settings_.address, "ask"), connection_),
      unanswered_(metrics.counter("tidings_nodes_unanswered_total", "Times that another hub did not answer in time")) {}

Nodes::~Nodes() {
  auto left = std::make_shared<std::promise<void>>();
  thread_.reactor().post([this, left] {
    alive_.reset();
    thread_.reactor().timers().cancel(call_);
    for (auto& [id, asked] : asked_) asked.alarm.reset();
    // So that nobody misses this node.
    const std::string who = member();
    writing_.command(
        {"ZREM", names_.nodes, who}, [left](const redis::CommandResult&) { left->set_value(); }, patience);
  });
  left->get_future().wait_for(patience + call_interval);
  thread_.run([this] {
    reading_.stop();
    writing_.stop();
  });
}

void Nodes::join(Answerer answerer) {
  thread_.run([this, answerer = std::move(answerer)] {
    answerer_ = answerer;
    reading_.start();
    writing_.start();
    call();
  });
}

void Nodes::connected() {
  if (!reading_.connected() || !writing_.connected()) return;
  scripts_.load(writing_);
  ++round_;
  read_questions_.clear();
  const std::string who = member();
  const std::string_view keys[] = {names_.nodes};
  const std::string_view arguments[] = {who};
  scripts_.register_node.run(writing_, keys, arguments, [this, round = round_](const redis::CommandResult& result) {
    const auto now = result ? from_decimal(result->text()) : std::nullopt;
    if (round != round_ || !now) return;
    // What was asked before is of no interest to anybody any more. An answer may be what cost the last connection, and
    // would cost this one too. What comes within the same millisecond may bear its first id.
    read_questions_ = read_answers_ = std::to_string(*now - 1);
    read();
  });
}

// Says that this node is there.
void Nodes::call() {
  shared_.reactor.timers().arm(call_, shared_.reactor.now() + call_interval);
  if (!writing_.connected()) return;
  const std::string who = member();
  const std::string_view keys[] = {names_.nodes};
  const std::string_view arguments[] = {who};
  scripts_.register_node.run(writing_, keys, arguments, [this](const redis::CommandResult& result) {
    if (result && result->is_error()) {
      observe::log(observe::Level::warning, "redis_refused", {{"what", "register"}, {"error", result->error_word()}});
    }
    if (result && result->is_text() && read_questions_.empty() && reading_.connected()) connected();
  });
}

void Nodes::read() {
  const std::string wait = std::to_string(Follower::block.count());
  const std::string count = std::to_string(answers_a_page);
  const std::string mine = names_.answers + own_;
  reading_.command(
      {"XREAD", "COUNT", count, "BLOCK", wait, "STREAMS", names_.questions, mine, read_questions_, read_answers_},
      [this, round = round_](const redis::CommandResult& result) {
        if (round != round_ || !result) return;
        // Asked again with the next sign of life.
        if (result->is_error()) return read_questions_.clear();
        take(*result);
        read();
      });
}

void Nodes::take(const redis::Reply& reply) {
  for (const redis::Reply& stream : reply.elements()) {
    const bool questions = stream[0].text() == names_.questions;
    for (const redis::Reply& entry : stream[1].elements()) {
      (questions ? read_questions_ : read_answers_) = std::string(entry[0].text());
      questions ? take_question(entry) : take_answer(entry);
    }
  }
}

void Nodes::take_question(const redis::Reply& entry) {
  const std::string from = field(entry, "n");
  const std::string only = field(entry, "o");
  if (from == own_ || (only != "*" && only != own_)) return;
  answerer_(field(entry, "k"), field(entry, "q"),
            [this, alive = std::weak_ptr<bool>(alive_), &reactor = shared_.reactor, from,
             id = field(entry, "i")](std::string text) {
              reactor.post([this, alive, from, id, text = std::move(text)] {
                if (!alive.expired()) answer(from, id, text);
              });
            });
}

void Nodes::answer(const std::string& to, const std::string& id, const std::string& text) {
  if (text.size() > most_answer_bytes) {  // who isn't answered says so, too
    return observe::log(observe::Level::error, "answer_too_large", {{"bytes", text.size()}});
  }
  const std::string stream = names_.answers + to;
  const std::string most = std::to_string(most_kept);
  const std::string life = std::to_string(forgotten.count());
  const auto ignore = [](const redis::CommandResult&) {};  // who isn't answered says so
  writing_.command({"XADD", stream, "MAXLEN", "~", most, "*", "i", id, "n", own_, "a", text}, ignore);
  writing_.command({"PEXPIRE", stream, life}, ignore);
}

void Nodes::take_answer(const redis::Reply& entry) {
  const auto id = from_decimal(field(entry, "i"));
  const auto found = id ? asked_.find(*id) : asked_.end();
  if (found == asked_.end()) return;
  Asked& asked = found->second;
  asked.answers.answers.push_back(field(entry, "a"));
  const std::string from = field(entry, "n");
  if (!asked.known) return asked.early.push_back(from);
  asked.expected.erase(from);
  finish_if_whole(*id);
}

void Nodes::ask(std::string kind, std::string question, std::function<void(Answers)> done) {
  thread_.reactor().post([this, kind = std::move(kind), question = std::move(question), done = std::move(done)] {
    put("*", kind, question, done);
  });
}

void Nodes::ask_one(std::uint32_t node, std::string kind, std::string question,
                    std::function<void(Result<std::string>)> done) {
  std::string only = hexadecimal(node).substr(8);
  auto answered = [done = std::move(done)](Answers answers) {
    if (!answers.answers.empty()) return done(std::move(answers.answers.front()));
    if (answers.missing.empty()) return done(fail(ErrorCode::connection_not_found, "there is no such connection"));
    done(fail(ErrorCode::store_unavailable, "The hub that holds the connection does not answer.", Seconds{1}));
  };
  thread_.reactor().post([this, only = std::move(only), kind = std::move(kind), question = std::move(question),
                          answered = std::move(answered)] { put(only, kind, question, answered); });
}

void Nodes::put(std::string only, const std::string& kind, const std::string& question,
                std::function<void(Answers)> done) {
  const std::uint64_t id = next_id_++;
  Asked& asked = asked_[id];
  asked.only = std::move(only);
  asked.done = std::move(done);
  asked.expected = last_known_;
  if (asked_.size() > most_asked || !writing_.connected()) return finish(id);
  asked.alarm = std::make_unique<redis::Alarm>([this, id] { finish(id); });
  shared_.reactor.timers().arm(*asked.alarm, shared_.reactor.now() + patience);
  const std::string number = std::to_string(id);
  const std::string remembered = std::to_string(forgotten.count());
  const std::string most = std::to_string(most_kept);
  const std::string_view keys[] = {names_.nodes, names_.questions};
  const std::string_view arguments[] = {own_, number, kind, question, remembered, most, asked.only};
  scripts_.ask.run(writing_, keys, arguments, [this, id](const redis::CommandResult& result) { expect(id, result); });
}

// Who should answer: those that said of late that they are there. Who has been silent for longer is missing already.
void Nodes::expect(std::uint64_t id, const redis::CommandResult& result) {
  const auto found = asked_.find(id);
  if (found == asked_.end() || !result || !result->is_array()) return;
  Asked& asked = found->second;
  asked.known = true;
  asked.expected.clear();
  last_known_.clear();
  const auto nodes = result->elements();
  for (std::size_t i = 0; i + 1 < nodes.size(); i += 2) {
    const std::string_view who = nodes[i].text();
    const std::string number(who.substr(0, own_.size()));
    const std::string name(who.substr(std::min(who.size(), own_.size() + 1)));
    if (number == own_) continue;
    last_known_.emplace(number, name);
    if (asked.only != "*" && asked.only != number) continue;
    if (std::ranges::find(asked.early, number) != asked.early.end()) continue;
    if (nodes[i + 1].integer().value_or(0) > silence.count()) {
      asked.answers.missing.push_back(name);
    } else {
      asked.expected.emplace(number, name);
    }
  }
  finish_if_whole(id);
}

void Nodes::finish_if_whole(std::uint64_t id) {
  if (asked_.at(id).known && asked_.at(id).expected.empty()) finish(id);
}

void Nodes::finish(std::uint64_t id) {
  auto node = asked_.extract(id);
  Asked& asked = node.mapped();
  // Nobody can tell then who is there.
  if (!writing_.connected() && asked.expected.empty()) asked.answers.missing.emplace_back("unknown");
  for (const auto& [number, name] : asked.expected) {
    if (asked.only == "*" || asked.only == number) asked.answers.missing.push_back(name);
  }
  for (const std::string& name : asked.answers.missing) {
    unanswered_.add();
    observe::log(observe::Level::warning, "node_did_not_answer", {{"node", name}});
  }
  // Perhaps it is the alarm that rings.
  if (asked.alarm) shared_.reactor.defer([alarm = std::shared_ptr<redis::Alarm>(std::move(asked.alarm))] {});
  asked.done(std::move(asked.answers));
}

}  // namespace tidings::shared
