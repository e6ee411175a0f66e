#include "hub/hub.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <utility>

#include "api/node_questions.hpp"
#include "api/revocation_facts.hpp"
#include "api/services.hpp"
#include "auth/sse_key_file.hpp"
#include "hub/keys.hpp"
#include "hub/limits.hpp"
#include "hub/listeners.hpp"
#include "hub/made.hpp"
#include "hub/reloadable.hpp"
#include "hub/shards.hpp"
#include "observe/log.hpp"

namespace tidings::hub {

// Members stand in the order in which they need each other.
struct Hub::Impl {
  Impl(Given given_settings, Config configuration, const Clock& the_clock, Random& the_random)
      : given(std::move(given_settings)),
        config(std::move(configuration)),
        clock(the_clock),
        random(the_random),
        shards(config.shards, the_clock),
        publisher_keys(config.publish_keys) {
    limits.apply_settings(config);
    limits.apply_limits(config);
    limits.streams.node = static_cast<std::uint32_t>(random.next_u64());
    if (config.dev && !config.auth_secret) made_up_secret = make_secret(random);
  }

  Result<void> start();
  Result<void> start_log();
  Result<void> start_listeners();
  void settle_api();

  Given given;
  Config config;
  const Clock& clock;
  Random& random;
  observe::Metrics metrics;
  Limits limits;
  std::optional<std::string> made_up_secret;
  api::ApiSettings api_settings;
  std::atomic<bool> draining{false};
  http::ConnectionCount connections;

  Shards shards;
  std::unique_ptr<shared::ReactorThread> redis_thread;  // where the store is a Redis
  auth::Revocations revocations;
  auth::PublisherKeys publisher_keys;
  std::optional<events::Streams> streams;
  std::unique_ptr<store::EventLog> log;
  std::unique_ptr<store::SessionStore> session_store;
  std::optional<auth::Tokens> tokens;
  std::optional<auth::Sessions> sessions;
  std::unique_ptr<shared::Nodes> nodes;  // where the store is a Redis
  std::optional<api::Revoker> revoker;
  std::optional<api::Services> services;
  std::optional<api::NodeAnswers> node_answers;
  std::optional<Listeners> everyone;
  std::optional<Listeners> admin;
  std::vector<std::string> listening;
  bool log_runs = false;
};

Result<void> Hub::Impl::start() {
  auto keys = load_keys(config, made_up_secret);
  if (!keys) return fail(ErrorCode::internal, keys.error().line);
  if (auto made = make_data_folder(config.data_dir); !made) return made;
  const auto sse_key = make_sse_key(config, made_up_secret, random);
  if (!sse_key) return tl::unexpected<Error>(sse_key.error());

  tokens.emplace(std::move(*keys), *sse_key, token_settings(config), revocations, clock);
  if (config.store == StoreKind::redis) {
    redis_thread = std::make_unique<shared::ReactorThread>(clock);
    redis_thread->start();
    shards.keep(redis_thread->reactor().wake_up_descriptor());
  }
  session_store = make_session_store(config, redis_thread.get(), clock, random, metrics);
  sessions.emplace(*session_store, random, clock, config.session_ttl);
  return start_log().and_then([this] { return start_listeners(); });
}

Result<void> Hub::Impl::start_log() {
  streams.emplace(shards.reactors(), clock, random, limits.streams, metrics);
  log = make_log(config, redis_thread.get(), clock, random, *streams, metrics);
  streams->attach(*log);
  revoker.emplace(revocations, *streams, *shards.reactors().front());
  log->listen_to_facts(*revoker);
  // What the log tells its listener is taken up by the shards, so they run first.
  shards.start();
  if (auto opened = log->start(); !opened) return opened;
  log_runs = true;
  return api::load_revocations(*log, revocations);
}

Result<void> Hub::Impl::start_listeners() {
  settle_api();
  if (redis_thread) nodes = make_nodes(config, limits.streams.node, *redis_thread, clock, random, metrics);
  services.emplace(api::Services{.settings = api_settings,
                                 .clock = clock,
                                 .random = random,
                                 .tokens = *tokens,
                                 .sessions = *sessions,
                                 .revocations = revocations,
                                 .publisher_keys = publisher_keys,
                                 .log = *log,
                                 .streams = *streams,
                                 .metrics = metrics,
                                 .draining = draining,
                                 .nodes = nodes.get(),
                                 .revoker = &*revoker});
  if (nodes) {
    node_answers.emplace(*services, *revoker);
    nodes->join([this](const std::string& kind, const std::string& question, shared::Nodes::Reply reply) {
      node_answers->answer(kind, question, std::move(reply));
    });
  }
  if (config.admin_listen) {
    admin.emplace(shards, *services, api::Side::admin, limits.server, connections);
    if (auto bound = admin->listen(*config.admin_listen); !bound) return bound;
  }
  everyone.emplace(shards, *services, api::Side::everyone, limits.server, connections);
  for (const net::ListenAddress& address : config.listen) {
    if (auto bound = everyone->listen(address); !bound) return bound;
  }
  listening = everyone->bound();
  return {};
}

void Hub::Impl::settle_api() {
  api_settings.cors_origins = config.cors_origins;
  api_settings.trusted_proxies = config.proxy_trusted;
  api_settings.allow_query_token = config.auth_allow_query_token;
  api_settings.dev = config.dev;
  api_settings.separate_admin = config.admin_listen.has_value();
  api_settings.node = host_name();
  api_settings.body_bytes = config.limits_body_bytes;
  api_settings.event_bytes = config.limits_event_bytes;
  if (config.dev) api_settings.dev_token = token_signer(config, made_up_secret, clock);
}

Hub::Hub(Given given, Config config, const Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(given), std::move(config), clock, random)) {}

Hub::~Hub() { stop(); }

Result<void> Hub::start() {
  auto started = impl_->start();
  if (!started) {
    stop();
    return started;
  }
  observe::log(observe::Level::info, "ready",
               {{"version", TIDINGS_VERSION}, {"shards", impl_->shards.size()}, {"node", impl_->api_settings.node}});
  return {};
}

Configured<void> Hub::reload(const Given& given, const Config& config) {
  auto keys = load_keys(config, impl_->made_up_secret);
  if (!keys) return tl::unexpected<ConfigError>(keys.error());
  // What signs the hub's own tokens: the new secret in everything else that runs.
  Config signing = impl_->config;
  signing.auth_secret = config.auth_secret;
  signing.auth_algorithm = config.auth_algorithm;
  const auto sse_key = make_sse_key(signing, impl_->made_up_secret, impl_->random);
  if (!sse_key) return refuse(sse_key.error().detail);

  impl_->tokens->replace_keys(std::move(*keys), *sse_key);
  // These are read on shards only, and without a lock.
  impl_->shards.while_paused([&] {
    impl_->publisher_keys = auth::PublisherKeys(config.publish_keys);
    if (signing.dev) impl_->api_settings.dev_token = token_signer(signing, impl_->made_up_secret, impl_->clock);
  });
  observe::log(observe::Level::info, "keys_reloaded");

  impl_->limits.apply_limits(config);
  impl_->api_settings.body_bytes = config.limits_body_bytes;
  impl_->api_settings.event_bytes = config.limits_event_bytes;
  impl_->session_store->set_limits(session_limits(config));
  impl_->log->set_retention(config.retention);
  observe::log(observe::Level::info, "limits_reloaded");

  for (const std::string_view setting : changed_in_vain(impl_->given, given)) {
    observe::log(observe::Level::warning, "reload_needs_restart", {{"setting", setting}});
  }
  return {};
}

void Hub::drain(std::function<void()> done) {
  observe::log(observe::Level::info, "draining", {{"streams", impl_->streams->open_streams()}});
  // First the flag, then the streams: one that opens in between is found by its shard's turn.
  impl_->draining = true;
  impl_->everyone->drain();
  if (impl_->admin) impl_->admin->drain();
  impl_->streams->drain(impl_->config.drain, done);
}

void Hub::stop() {
  Impl& impl = *impl_;
  impl.everyone.reset();
  impl.admin.reset();
  impl.nodes.reset();
  if (impl.log) impl.log->stop();
  if (std::exchange(impl.log_runs, false)) observe::log(observe::Level::info, "stopped");
  impl.shards.stop();
}

const std::vector<std::string>& Hub::listening() const { return impl_->listening; }

std::size_t Hub::open_connections() const { return impl_->connections.open; }

}  // namespace tidings::hub
