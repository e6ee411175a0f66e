#include "api/parameters.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/json_body.hpp"
#include "api/since.hpp"
#include "events/names.hpp"
#include "events/pattern.hpp"

namespace tidings::api {
namespace {

using auth::SessionOptions;

constexpr std::string_view label_prefix = "meta_";

Result<void> check_label(std::string_view name, std::string_view value) {
  if (!events::valid_label_name(name)) {
    return fail(ErrorCode::parameter_invalid, "a label's name is 1 to 32 of a-z, 0-9 and _");
  }
  if (value.size() > longest_label || value.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::parameter_invalid,
                "the label \"" + std::string(name) + "\" is longer than 256 bytes, or holds a NUL");
  }
  return {};
}

Error too_many_labels() { return {ErrorCode::parameter_invalid, "there are more than 16 labels"}; }

Result<void> check_label_count(const events::Labels& labels) {
  if (labels.size() > most_labels) return tl::unexpected(too_many_labels());
  return {};
}

void set_last_event_id(SessionOptions& options, std::string value) {
  if (!value.empty()) options.last_event_id = value.size() > longest_cursor ? "?" : std::move(value);
}

Result<SessionOptions> checked(SessionOptions options, WallTime now) {
  const auto resolved = stream_options(options, now);
  if (!resolved) return tl::unexpected(resolved.error());
  return options;
}

// The same complaint, about a body.
Error about_body(Error error) {
  if (error.code == ErrorCode::parameter_invalid) error.code = ErrorCode::body_invalid;
  return error;
}

// The array as a comma-separated list; each element has to be a pattern of its own.
Result<std::string> joined(const std::string& name, const Json& array, events::Names names) {
  if (!array.is_array() || array.empty()) {
    return fail(ErrorCode::body_invalid, "\"" + name + "\" is not an array of at least one string");
  }
  std::string list;
  for (const Json& element : array) {
    if (!element.is_string())
      return fail(ErrorCode::body_invalid, "\"" + name + "\" holds something else than strings");
    const auto& text = element.get_ref<const std::string&>();
    if (const auto pattern = events::Pattern::parse(text, names); !pattern) return tl::unexpected(pattern.error());
    if (!list.empty()) list += ',';
    list += text;
  }
  return list;
}

Result<events::Labels> labels_of(const Json& object) {
  if (!object.is_object()) return fail(ErrorCode::body_invalid, "\"metadata\" is not an object");
  events::Labels labels;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) return fail(ErrorCode::body_invalid, "\"metadata\" holds something else than strings");
    const auto& text = value.get_ref<const std::string&>();
    if (auto good = check_label(name, text); !good) return tl::unexpected(good.error());
    labels.emplace_back(name, text);
  }
  return labels;
}

Result<void> set_member(SessionOptions& options, const std::string& name, const Json& value) {
  if (name == "events") {
    return joined(name, value, events::Names::types).map([&](std::string list) { options.events = std::move(list); });
  }
  if (name == "channels") {
    return joined(name, value, events::Names::channels).map([&](std::string list) {
      options.channels = std::move(list);
    });
  }
  if (name == "metadata")
    return labels_of(value).map([&](events::Labels labels) { options.metadata = std::move(labels); });
  if (!value.is_string()) return fail(ErrorCode::body_invalid, "\"" + name + "\" is not a string");
  if (name == "last_event_id") {
    set_last_event_id(options, value.get<std::string>());
  } else {
    (name == "since" ? options.since : options.format) = value.get<std::string>();
  }
  return {};
}

}  // namespace

Result<SessionOptions> options_from_query(const http::Query& query, WallTime now) {
  SessionOptions options;
  const std::pair<std::string_view, std::optional<std::string>*> plain[] = {{"events", &options.events},
                                                                            {"channels", &options.channels},
                                                                            {"since", &options.since},
                                                                            {"format", &options.format}};
  for (const auto& [name, target] : plain) {
    auto value = query.one(name);
    if (!value) return tl::unexpected(value.error());
    *target = std::move(*value);
  }
  auto last_event_id = query.one("last_event_id");
  if (!last_event_id) return tl::unexpected(last_event_id.error());
  if (*last_event_id) set_last_event_id(options, std::move(**last_event_id));

  for (const auto& [name, value] : query.all()) {
    if (!std::string_view(name).starts_with(label_prefix)) continue;
    // Looking for a second one reads the whole query, which a stranger may fill: so not for more than there may be.
    if (options.metadata.size() == most_labels) return tl::unexpected(too_many_labels());
    const std::string label = name.substr(label_prefix.size());
    if (auto good = check_label(label, value); !good) return tl::unexpected(good.error());
    if (auto single = query.one(name); !single) return tl::unexpected(single.error());
    options.metadata.emplace_back(label, value);
  }
  return checked(std::move(options), now);
}

Result<SessionOptions> options_from_body(std::string_view json, WallTime now) {
  const auto object = parse_object(json, {"events", "channels", "metadata", "last_event_id", "since", "format"});
  if (!object) return tl::unexpected(object.error());
  SessionOptions options;
  for (const auto& [name, value] : object->items()) {
    if (auto good = set_member(options, name, value); !good) return tl::unexpected(about_body(good.error()));
  }
  return checked(std::move(options), now).map_error(about_body);
}

Result<SessionOptions> merge(SessionOptions session, SessionOptions query) {
  const auto replace = [](std::optional<std::string>& target, std::optional<std::string>& value) {
    if (value) target = std::move(value);
  };
  replace(session.events, query.events);
  replace(session.channels, query.channels);
  replace(session.last_event_id, query.last_event_id);
  replace(session.since, query.since);
  replace(session.format, query.format);
  for (auto& label : query.metadata) {
    const auto same = std::find_if(session.metadata.begin(), session.metadata.end(),
                                   [&](const auto& known) { return known.first == label.first; });
    if (same == session.metadata.end()) {
      session.metadata.push_back(std::move(label));
    } else {
      same->second = std::move(label.second);
    }
  }
  if (auto good = check_label_count(session.metadata); !good) return tl::unexpected(good.error());
  return session;
}

Result<events::StreamOptions> stream_options(const SessionOptions& options, WallTime now) {
  events::StreamOptions stream;
  if (options.events) {
    auto types = events::parse_patterns(*options.events, events::Names::types);
    if (!types) return tl::unexpected(types.error());
    stream.types = std::move(*types);
  }
  if (options.channels) {
    auto channels = events::parse_patterns(*options.channels, events::Names::channels);
    if (!channels) return tl::unexpected(channels.error());
    stream.channels = std::move(*channels);
  }
  if (stream.types.size() + stream.channels.size() > events::Pattern::most_a_stream) {
    return fail(ErrorCode::parameter_invalid, "more than " + std::to_string(events::Pattern::most_a_stream) +
                                                  " patterns, types and channels together");
  }
  if (options.format && *options.format != "envelope" && *options.format != "plain") {
    return fail(ErrorCode::parameter_invalid, "\"format\" is neither envelope nor plain");
  }
  if (options.format == "envelope") stream.form = events::Form::envelope;
  if (options.since) {
    auto since = parse_since(*options.since, now);
    if (!since) {
      return fail(ErrorCode::parameter_invalid,
                  "\"since\" is neither an age (15m), nor an RFC 3339 time, nor \"earliest\"");
    }
    stream.start.since = *since;
  }
  if (auto good = check_label_count(options.metadata); !good) return tl::unexpected(good.error());
  stream.labels = options.metadata;
  stream.start.last_event_id = options.last_event_id;
  return stream;
}

Result<void> check_channels(const std::vector<events::Pattern>& channels, const auth::Permissions& permissions) {
  for (const events::Pattern& channel : channels) {
    if (!permissions.may_subscribe(channel)) {
      return fail(ErrorCode::channel_forbidden, "the token does not allow the channel \"" + channel.text() + "\"");
    }
  }
  return {};
}

}  // namespace tidings::api
