#include "auth/session_codec.hpp"

#include <array>
#include <utility>

#include "events/names.hpp"
#include "store/bytes.hpp"

namespace tidings::auth {
namespace {

using store::ByteReader;
using store::put_text;
using store::put_u64;
using store::put_varint;

constexpr std::uint8_t version = 1;
constexpr unsigned flag_admin = 1;
constexpr unsigned flag_issued_at = 2;
constexpr unsigned flag_first_option = 4;
constexpr std::array text_options{&SessionOptions::events, &SessionOptions::channels, &SessionOptions::last_event_id,
                                  &SessionOptions::since, &SessionOptions::format};
constexpr unsigned known_flags = (flag_first_option << text_options.size()) - 1;
static_assert(known_flags <= 0xff, "a flag each, in one byte");

unsigned flags_of(const Session& session) {
  unsigned flags = session.identity.permissions.admin ? flag_admin : 0;
  if (session.identity.issued_at) flags |= flag_issued_at;
  for (std::size_t i = 0; i < text_options.size(); ++i) {
    if (session.options.*text_options[i]) flags |= flag_first_option << i;
  }
  return flags;
}

void put_time(std::string& to, WallTime time) {
  put_u64(to, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

WallTime take_time(ByteReader& from) { return WallTime{Milliseconds{static_cast<std::int64_t>(from.u64())}}; }

void put_patterns(std::string& to, const std::vector<events::Pattern>& patterns) {
  put_varint(to, patterns.size());
  for (const events::Pattern& pattern : patterns) put_text(to, pattern.text());
}

// False also where bytes are missing: no pattern is empty.
bool take_patterns(ByteReader& from, std::vector<events::Pattern>& patterns) {
  for (std::uint64_t left = from.varint(); left > 0; --left) {
    auto pattern = events::Pattern::parse(from.text(), events::Names::channels);
    if (!pattern) return false;
    patterns.push_back(*std::move(pattern));
  }
  return true;
}

// False also where bytes are missing: no name is empty.
bool take_labels(ByteReader& from, events::Labels& labels) {
  const std::uint64_t count = from.varint();
  if (count > events::most_labels) return false;
  while (labels.size() < count) {
    std::string name(from.text());
    const std::string_view value = from.text();
    if (!events::valid_label_name(name) || value.find('\0') != std::string_view::npos) return false;
    labels.emplace_back(std::move(name), value);
  }
  return true;
}

}  // namespace

std::string write_session(const Session& session) {
  const Identity& identity = session.identity;
  std::string bytes;
  bytes.push_back(static_cast<char>(version));
  bytes.push_back(static_cast<char>(flags_of(session)));
  put_time(bytes, identity.expires_at);
  put_time(bytes, session.created_at);
  if (identity.issued_at) put_u64(bytes, static_cast<std::uint64_t>(*identity.issued_at));
  put_text(bytes, identity.user);
  put_patterns(bytes, identity.permissions.subscribe);
  put_patterns(bytes, identity.permissions.publish);
  for (const auto option : text_options) {
    if (const auto& value = session.options.*option) put_text(bytes, *value);
  }
  put_varint(bytes, session.options.metadata.size());
  for (const auto& [name, value] : session.options.metadata) {
    put_text(bytes, name);
    put_text(bytes, value);
  }
  return bytes;
}

Result<Session> read_session(std::string_view stored) {
  const auto unreadable = [] { return fail(ErrorCode::internal, "The stored session can't be read."); };
  ByteReader from(stored);
  if (from.u8() != version) {
    return fail(ErrorCode::session_invalid, "The session was made by another version of the hub; ask for another.");
  }
  const unsigned flags = from.u8();
  if ((flags & ~known_flags) != 0) return unreadable();
  Session session;
  Identity& identity = session.identity;
  identity.permissions.admin = (flags & flag_admin) != 0;
  identity.expires_at = take_time(from);
  session.created_at = take_time(from);
  if ((flags & flag_issued_at) != 0) identity.issued_at = static_cast<std::int64_t>(from.u64());
  identity.user = from.text();
  if (!take_patterns(from, identity.permissions.subscribe)) return unreadable();
  if (!take_patterns(from, identity.permissions.publish)) return unreadable();
  for (std::size_t i = 0; i < text_options.size(); ++i) {
    if ((flags & (flag_first_option << i)) != 0) session.options.*text_options[i] = from.text();
  }
  if (!take_labels(from, session.options.metadata)) return unreadable();
  if (!from.finished() || !events::valid_user(identity.user)) return unreadable();
  return session;
}

}  // namespace tidings::auth
