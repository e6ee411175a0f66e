#include "api/publish_ndjson.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "api/answer_lines.hpp"
#include "api/line_splitter.hpp"
#include "events/publish_parser.hpp"
#include "http/response.hpp"
#include "net/timer.hpp"

namespace tidings::api {
namespace {

// One request. Lines go to the log as they come; the hub stops reading while too much is under way or its answers go
// unread. It ends with its body, or early with a last problem line: a body that breaks off, a token that ends, a key
// that is removed, a hub that drains.
class LinePublishing final : public http::BodyConsumer,
                             public http::StreamConsumer,
                             private net::Timer,
                             public std::enable_shared_from_this<LinePublishing> {
 public:
  LinePublishing(Call call, Publisher publisher) : call_(std::move(call)), publisher_(std::move(publisher)) {}

  void start() {
    self_ = shared_from_this();
    // Asked for first, so that a client which waits for "100 Continue" gets it.
    call_.exchange()->stream_body(*this);
    http::Response head;
    head.set("Content-Type", "application/x-ndjson");
    head.set("Cache-Control", "no-store");
    head.set("X-Accel-Buffering", "no");
    stream_ = call_.exchange()->respond_stream(call_.decorated(std::move(head)), *this);
    if (!stream_) return leave();
    call_.reactor().timers().arm(*this, call_.reactor().now() + standing_check);
  }

  void on_body(std::string_view bytes) override {
    lines_.add(bytes);
    proceed();
  }
  void on_body_end() override {
    body_over_ = true;
    lines_.finish();
    proceed();
  }
  void on_body_error(const Error& error) override {
    body_over_ = true;
    stop(error);
    proceed();
  }
  void on_writable() override { proceed(); }
  void on_closed() override {
    stream_ = nullptr;
    leave();
  }
  void on_timer() override {
    check_standing();
    if (proceed()) call_.reactor().timers().arm(*this, call_.reactor().now() + standing_check);
  }

 private:
  // Reads, stores and answers as far as it goes now. Whether the request goes on.
  bool proceed() { return stream_ != nullptr && advance(); }

  bool advance() {
    bool taken = answers_.write_to(*stream_);
    while (taken && !last_word_ && has_room()) {
      const auto line = lines_.next(call_.services().settings.body_bytes);
      if (!line) break;
      take(*line);
      taken = answers_.write_to(*stream_);
    }
    const bool all_read = last_word_ || (body_over_ && lines_.empty());
    if (taken && all_read && answers_.open() == 0) {
      if (last_word_ && !std::exchange(last_word_said_, true)) {
        answers_.answer(answers_.ask(0), http::problem_json(*last_word_));
        if (!answers_.write_to(*stream_)) return true;
      }
      std::exchange(stream_, nullptr)->end();
      leave();
      return false;
    }
    pause(!taken || !has_room());
    return true;
  }

  [[nodiscard]] bool has_room() const {
    return answers_.open() < most_lines_under_way && answers_.open_bytes() < most_line_bytes_under_way;
  }

  void pause(bool paused) {
    if (body_over_ || paused == std::exchange(paused_, paused)) return;
    call_.exchange()->pause_body(paused);
  }

  void take(const Line& line) {
    if (!line.too_long && line.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
    if (check_standing(); last_word_) return;
    auto event = event_of(line);
    const auto ticket = answers_.ask(line.text.size());
    if (!event) return refuse(ticket, event.error());
    std::vector<store::Event> events;
    events.push_back(std::move(*event));
    call_.append(std::move(events), [self = shared_from_this(), ticket](const store::EventLog::Stored& cursors) {
      self->stored(ticket, cursors);
    });
  }

  [[nodiscard]] Result<store::Event> event_of(const Line& line) const {
    if (line.too_long) return fail(ErrorCode::event_too_large, "the line is longer than a body may be");
    auto event = events::parse_event(line.text, {.event_bytes = call_.services().settings.event_bytes.load()});
    if (!event) return event;
    if (auto good = may_publish(publisher_, event->recipients); !good) return tl::unexpected(good.error());
    return event;
  }

  void stored(AnswerLines::Ticket ticket, const store::EventLog::Stored& cursors) {
    if (cursors) {
      call_.counters().published(cursors->size());
      answers_.answer(ticket, ids_json(*cursors));
    } else {
      refuse(ticket, cursors.error());
    }
    // Many are answered in one turn: what they say is written at its end, together.
    if (std::exchange(proceeds_soon_, true)) return;
    call_.reactor().defer([self = shared_from_this(), this] {
      proceeds_soon_ = false;
      proceed();
    });
  }

  void refuse(AnswerLines::Ticket ticket, const Error& error) {
    call_.counters().publish_refused(error.code);
    answers_.answer(ticket, http::problem_json(error));
  }

  void check_standing() {
    if (call_.services().draining) return stop(draining_error());
    if (auto good = recheck(call_.services(), publisher_); !good) stop(good.error());
  }

  // No further line is taken; what is under way is answered first.
  void stop(const Error& error) {
    if (!last_word_) last_word_ = error;
  }

  // Destroyed at the end of the turn: the caller may be the server, in the middle of its own work.
  void leave() {
    call_.reactor().timers().cancel(*this);
    if (!std::exchange(body_over_, true)) call_.exchange()->drop_body();
    if (self_) call_.reactor().defer([self = std::move(self_)] {});
  }

  Call call_;
  Publisher publisher_;
  http::ResponseStream* stream_ = nullptr;  // null before the head and after the end
  LineSplitter lines_;
  AnswerLines answers_;
  std::optional<Error> last_word_;
  bool last_word_said_ = false;
  bool body_over_ = false;
  bool paused_ = false;
  bool proceeds_soon_ = false;
  std::shared_ptr<LinePublishing> self_;  // until it leaves
};

}  // namespace

void publish_ndjson(const Call& call, const Publisher& publisher) {
  std::make_shared<LinePublishing>(call, publisher)->start();
}

}  // namespace tidings::api
