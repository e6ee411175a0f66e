#include <memory>
#include <optional>
#include <utility>

#include "api/authenticate.hpp"
#include "api/parameters.hpp"
#include "api/resources.hpp"
#include "api/stream_credential.hpp"

namespace tidings::api {
namespace {

http::Response stream_head() {
  http::Response head;
  head.set("Content-Type", "text/event-stream");
  head.set("Cache-Control", "no-store, no-transform");
  head.set("X-Accel-Buffering", "no");
  return head;
}

// One attempt to open a stream: each step checks something and goes on to the next, and the session is taken last, when
// nothing else can refuse the request. Steps may wait for other threads; each runs on the exchange's own.
class Opening : public std::enable_shared_from_this<Opening> {
 public:
  explicit Opening(Call call) : call_(std::move(call)), head_only_(call_.request().method == "HEAD") {}

  void start() {
    if (services().draining) return refuse(draining_error());
    const auto query = http::Query::parse(call_.request().query);
    if (!query) return refuse(query.error());
    auto credential = stream_credential(call_.request(), *query, services().settings.allow_query_token);
    if (!credential) return refuse(credential.error());
    credential_ = std::move(*credential);
    auto options = options_from_query(*query, call_.now());
    if (!options) return refuse(options.error());
    query_ = std::move(*options);
    identify();
  }

 private:
  [[nodiscard]] Services& services() const { return call_.services(); }

  void identify() {
    if (credential_.kind == StreamCredential::Kind::session) {
      auto key = auth::Sessions::key_of(credential_.secret);
      if (!key) return refuse(key.error());
      session_ = *key;
      return services().sessions.peek(*session_,
                                      call_.on_own_thread([self = shared_from_this()](Result<auth::Session> session) {
                                        if (!session) return self->refuse(session.error());
                                        self->admit(std::move(session->identity), std::move(session->options));
                                      }));
    }
    const auth::Tokens& tokens = services().tokens;
    auto identity = credential_.kind == StreamCredential::Kind::bearer ? tokens.verify_any(credential_.secret)
                                                                       : tokens.verify_sse(credential_.secret);
    if (!identity) return refuse(identity.error());
    admit(std::move(*identity), {});
  }

  void admit(auth::Identity identity, auth::SessionOptions session) {
    if (auto good = services().tokens.recheck(identity); !good) return refuse(good.error());
    auto merged = merge(std::move(session), std::move(query_));
    if (!merged) return refuse(merged.error());
    // The field is what a browser's own EventSource resumes by, from later than any URL that it was given.
    if (call_.request().fields.count("Last-Event-ID") > 1) {
      return refuse({ErrorCode::parameter_repeated, "there is more than one Last-Event-ID field"});
    }
    if (const auto field = call_.request().fields.get("Last-Event-ID"); field && !field->empty()) {
      merged->last_event_id = std::string(*field);
    }
    auto options = stream_options(*merged, call_.now());
    if (!options) return refuse(options.error());
    if (auto good = check_channels(options->channels, identity.permissions); !good) return refuse(good.error());

    options_ = std::move(*options);
    options_.user = identity.user;
    options_.expires_at = identity.expires_at;
    options_.issued_at = identity.issued_at;
    options_.address = call_.client_address();
    identity_ = std::move(identity);
    find_place();
  }

  void find_place() {
    // What the client has seen at another hub may be on its way to this one.
    const auto& last = options_.start.last_event_id;
    const auto cursor = last ? store::Cursor::parse(*last) : std::nullopt;
    if (!cursor) return find_start();
    services().log.reach(*cursor, [next = call_.on_own_thread([self = shared_from_this()](bool) {
      self->find_start();
    })]() mutable { next(true); });
  }

  // Looks up the time that `since` names. That may take a while and fail, so it comes before all that is taken.
  void find_start() {
    if (head_only_) return take_place();
    if (auto good = check_store(); !good) return refuse(good.error());
    services().streams.find_start(call_.reactor(), options_.start,
                                  [self = shared_from_this()](Result<events::StartAt> start) {
                                    if (!start) return self->refuse(start.error());
                                    self->options_.start = std::move(*start);
                                    self->take_place();
                                  });
  }

  void take_place() {
    if (head_only_) {
      if (auto good = services().streams.check_limits(options_.user, options_.address); !good) {
        return refuse(good.error());
      }
      if (auto good = check_store(); !good) return refuse(good.error());
      return call_.respond(stream_head());
    }
    services().streams.reserve(call_.reactor(), options_.user, options_.address,
                               [self = shared_from_this()](Result<events::Streams::Place> place) {
                                 if (!place) return self->refuse(place.error());
                                 self->place_ = std::move(*place);
                                 self->use_credential();
                               });
  }

  // A replay reads the log, which may be possible while nothing can be written to it; a stream from the head only needs
  // what is to come.
  [[nodiscard]] Result<void> check_store() const {
    const bool replay = options_.start.last_event_id || options_.start.since.index() != 0;
    if (replay && !services().log.readable()) return tl::unexpected(unhealthy_store_error());
    return {};
  }

  void use_credential() {
    if (auto good = check_store(); !good) return refuse(good.error());
    // Nobody is left to be streamed to: the session stays for whoever asks again.
    if (call_.exchange()->closed()) return call_.respond(stream_head());
    if (!session_) return open();
    if (auto good = check_standing(); !good) return refuse(good.error());
    services().sessions.take(*session_, call_.on_own_thread([self = shared_from_this()](const Result<void>& taken) {
      if (!taken) return self->refuse(taken.error());
      self->open();
    }));
  }

  // From these last checks to the stream's being there nothing else runs on this shard: whoever drains or revokes
  // either is seen here or finds the stream.
  void open() {
    if (auto good = check_standing(); !good) return refuse(good.error());
    call_.counters().stream_opened();
    services().streams.open(call_.exchange(), call_.decorated(stream_head()), options_, std::move(*place_));
  }

  // Whether the request may still be served: what was waited for may have taken a while.
  [[nodiscard]] Result<void> check_standing() const {
    if (services().draining) return tl::unexpected(draining_error());
    return services().tokens.recheck(identity_);
  }

  void refuse(const Error& error) {
    place_.reset();
    if (!head_only_) call_.counters().stream_refused(error.code);
    call_.refuse(error);
  }

  Call call_;
  bool head_only_;
  StreamCredential credential_;
  std::optional<store::SessionKey> session_;  // what its session, if it has one, is stored under
  auth::SessionOptions query_;
  auth::Identity identity_;
  events::StreamOptions options_;
  std::optional<events::Streams::Place> place_;
};

}  // namespace

void get_stream(Call call) { std::make_shared<Opening>(std::move(call))->start(); }

}  // namespace tidings::api
