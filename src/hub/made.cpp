#include "hub/made.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "auth/sse_key_file.hpp"
#include "hub/keys.hpp"
#include "hub/limits.hpp"
#include "platform/base64url.hpp"
#include "shared/log.hpp"
#include "shared/session_store.hpp"
#include "store/embedded_log.hpp"
#include "store/memory_store.hpp"
#include "store/rocksdb_store.hpp"

namespace tidings::hub {
namespace {

std::unique_ptr<store::EventStore> make_store(const Config& config) {
  if (config.store == StoreKind::memory) return store::make_memory_store();
  store::RocksDbSettings settings;
  settings.folder = config.data_dir + "/log";
  return store::make_rocksdb_store(std::move(settings));
}

}  // namespace

std::string make_secret(Random& random) {
  std::array<std::byte, 32> bytes{};
  random.fill(bytes);
  return base64url_encode(bytes);
}

Result<void> make_data_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && std::filesystem::is_directory(path, error)) return {};
  return fail(ErrorCode::internal,
              fmt::format("data_dir = \"{}\": {}", path, error ? error.message() : "is not a folder"));
}

std::unique_ptr<store::EventLog> make_log(const Config& config, shared::ReactorThread* redis, const Clock& clock,
                                          Random& random, store::LogListener& listener, observe::Metrics& metrics) {
  if (redis != nullptr) {
    shared::LogSettings settings;
    settings.address = config.redis_address;
    settings.prefix = config.redis_prefix;
    settings.copy = config.data_dir + "/copy";
    settings.retention = config.retention;
    settings.replicas = config.replicas.value_or(0);
    return std::make_unique<shared::Log>(std::move(settings), *redis, clock, random, listener, metrics);
  }
  const store::LogSettings settings{.durability = config.durability, .retention = config.retention};
  return std::make_unique<store::EmbeddedLog>(make_store(config), settings, clock, random, listener, metrics);
}

std::unique_ptr<store::SessionStore> make_session_store(const Config& config, shared::ReactorThread* redis,
                                                        const Clock& clock, Random& random, observe::Metrics& metrics) {
  if (redis == nullptr) return store::make_memory_session_store(clock, session_limits(config));
  shared::SessionSettings settings;
  settings.address = config.redis_address;
  settings.prefix = config.redis_prefix;
  settings.replicas = config.replicas.value_or(0);
  settings.limits = session_limits(config);
  return shared::make_session_store(std::move(settings), *redis, clock, random, metrics);
}

std::unique_ptr<shared::Nodes> make_nodes(const Config& config, std::uint32_t number, shared::ReactorThread& redis,
                                          const Clock& clock, Random& random, observe::Metrics& metrics) {
  shared::NodeSettings settings;
  settings.address = config.redis_address;
  settings.prefix = config.redis_prefix;
  settings.number = number;
  settings.name = host_name();
  return std::make_unique<shared::Nodes>(std::move(settings), redis, clock, random, metrics);
}

auth::TokenSettings token_settings(const Config& config) {
  return {.issuer = config.auth_issuer,
          .audience = config.auth_audience,
          .claim = config.auth_claim,
          .clock_skew = config.auth_clock_skew,
          .sse_token_ttl = config.sse_token_ttl};
}

Result<auth::SseKey> make_sse_key(const Config& config, const std::optional<std::string>& made_up_secret,
                                  Random& random) {
  for (const auto& secret : {config.sse_token_secret, config.auth_secret, made_up_secret}) {
    if (secret) return auth::derive_sse_key(*secret);
  }
  return auth::load_or_create_sse_key(config.data_dir + "/sse-token.key", random);
}

std::function<Result<std::string>(const auth::TokenRequest&)> token_signer(
    const Config& config, const std::optional<std::string>& made_up_secret, const Clock& clock) {
  return
      [signing = signing_secret(config, made_up_secret), issuer = config.auth_issuer, audience = config.auth_audience,
       claim = config.auth_claim, &clock](auth::TokenRequest request) -> Result<std::string> {
        // A reload may have taken it away.
        if (!signing) return fail(ErrorCode::internal, "There is no secret to sign tokens with.");
        request.issuer = issuer;
        request.audience = audience;
        request.claim = claim;
        return auth::sign_access_token(request, signing->secret, signing->algorithm, clock.wall());
      };
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace tidings::hub
