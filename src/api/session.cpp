#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/authenticate.hpp"
#include "api/json_body.hpp"
#include "api/parameters.hpp"
#include "api/resources.hpp"

namespace tidings::api {
namespace {

void create(const Call& call, auth::Identity identity, auth::SessionOptions options) {
  const auto stream = stream_options(options, call.now());
  if (!stream) return call.refuse(stream.error());
  if (auto good = check_channels(stream->channels, identity.permissions); !good) return call.refuse(good.error());
  if (auto good = call.services().streams.check_limits(identity.user, call.client_address()); !good) {
    return call.refuse(good.error());
  }
  // Counted from here on, since a shared store takes its time: a session of 30 s is said to have 30 s.
  const WallTime asked = call.now();
  const auth::Session session{std::move(identity), std::move(options), asked};
  call.services().sessions.create(session, call.on_own_thread([call, asked](Result<auth::SessionTicket> ticket) {
    if (!ticket) return call.refuse(ticket.error());
    const auto left = std::max(std::chrono::floor<Seconds>(ticket->expires_at - asked), Seconds{0});
    call.counters().session_created();
    // As text, since every client asks for one: a tree for three members that need no escapes cost as much as a hash.
    call.respond(json_text(201, fmt::format(R"({{"session_id":"{}","expires_at":"{}","expires_in":{}}})", ticket->id,
                                            to_rfc3339(ticket->expires_at), left.count())));
  }));
}

Result<auth::SessionOptions> options_of(const Call& call, const std::string& body) {
  if (body.empty()) return auth::SessionOptions{};
  if (!has_media_type(call.request(), "application/json")) {
    return fail(ErrorCode::content_type_unsupported, "a session's options are application/json");
  }
  return options_from_body(body, call.now());
}

}  // namespace

void post_session(Call call) {
  if (call.services().draining) return call.refuse(draining_error());
  auto identity = authenticate_any(call);
  if (!identity) return call.refuse(identity.error());
  if (!call.request().has_body) return create(call, std::move(*identity), {});
  call.exchange()->read_body(object_body_bytes, [call, identity = std::move(*identity)](Result<std::string> body) {
    auto options = body.and_then([&](const std::string& text) { return options_of(call, text); });
    if (!options) return call.refuse(options.error());
    create(call, identity, std::move(*options));
  });
}

}  // namespace tidings::api
