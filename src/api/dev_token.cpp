#include <utility>

#include "api/json_body.hpp"
#include "api/resources.hpp"
#include "events/names.hpp"

namespace tidings::api {
namespace {

constexpr std::int64_t shortest_life = 5;
constexpr std::int64_t longest_life = 86'400;

Result<std::vector<std::string>> patterns(const Json& object, const std::string& member) {
  std::vector<std::string> texts;
  if (!object.contains(member)) return texts;
  if (!object[member].is_array()) return fail(ErrorCode::body_invalid, "\"" + member + "\" is not an array");
  for (const Json& element : object[member]) {
    if (!element.is_string())
      return fail(ErrorCode::body_invalid, "\"" + member + "\" holds something else than strings");
    texts.push_back(element.get<std::string>());
    if (auto good = events::Pattern::parse(texts.back(), events::Names::channels); !good) {
      return fail(ErrorCode::body_invalid, good.error().detail);
    }
  }
  return texts;
}

Result<auth::TokenRequest> token_request(std::string_view body) {
  const auto object = parse_object(body, {"user", "subscribe", "publish", "admin", "expires_in"});
  if (!object) return tl::unexpected(object.error());
  const Json user = object->value("user", Json());
  if (!user.is_string() || !events::valid_user(user.get_ref<const std::string&>())) {
    return fail(ErrorCode::body_invalid, "\"user\" is no user's name");
  }
  auto subscribe = patterns(*object, "subscribe");
  if (!subscribe) return tl::unexpected(subscribe.error());
  auto publish = patterns(*object, "publish");
  if (!publish) return tl::unexpected(publish.error());
  const Json admin = object->value("admin", Json(false));
  if (!admin.is_boolean()) return fail(ErrorCode::body_invalid, "\"admin\" is neither true nor false");
  const Json life = object->value("expires_in", Json(3'600));
  if (!life.is_number_integer() || life < shortest_life || life > longest_life) {
    return fail(ErrorCode::body_invalid, "\"expires_in\" is not a number of seconds from 5 to 86400");
  }
  auth::TokenRequest request;
  request.user = user.get<std::string>();
  request.lifetime = Seconds{life.get<std::int64_t>()};
  request.subscribe = std::move(*subscribe);
  request.publish = std::move(*publish);
  request.admin = admin.get<bool>();
  return request;
}

}  // namespace

void post_dev_token(Call call) {
  if (!has_media_type(call.request(), "application/json")) {
    return call.refuse({ErrorCode::content_type_unsupported, "say for whom in application/json"});
  }
  call.exchange()->read_body(object_body_bytes, [call](const Result<std::string>& body) {
    const auto request = body.and_then(token_request);
    if (!request) return call.refuse(request.error());
    const auto token = call.services().settings.dev_token(*request);
    if (!token) return call.refuse(token.error());
    call.respond(json(200, {{"access_token", *token},
                            {"expires_at", to_rfc3339(call.now() + request->lifetime)},
                            {"expires_in", std::chrono::duration_cast<Seconds>(request->lifetime).count()}}));
  });
}

}  // namespace tidings::api
