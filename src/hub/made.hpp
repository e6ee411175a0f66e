// What the hub makes of its configuration before it joins it: one function a thing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "auth/tokens.hpp"
#include "errors/error.hpp"
#include "hub/config.hpp"
#include "observe/metrics.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "shared/nodes.hpp"
#include "shared/thread.hpp"
#include "store/event_log.hpp"
#include "store/session_store.hpp"

namespace tidings::hub {

// 256 random bits as base64url, for a development hub that was given no secret.
[[nodiscard]] std::string make_secret(Random& random);

// Mode 0700; `internal` where it can't be made.
[[nodiscard]] Result<void> make_data_folder(const std::string& path);

// What a hub keeps its state in. `redis` is the thread to speak to Redis on, where that is where.
[[nodiscard]] std::unique_ptr<store::EventLog> make_log(const Config& config, shared::ReactorThread* redis,
                                                        const Clock& clock, Random& random,
                                                        store::LogListener& listener, observe::Metrics& metrics);
[[nodiscard]] std::unique_ptr<store::SessionStore> make_session_store(const Config& config,
                                                                      shared::ReactorThread* redis, const Clock& clock,
                                                                      Random& random, observe::Metrics& metrics);
[[nodiscard]] auth::TokenSettings token_settings(const Config& config);
// The other hubs, where the store is a Redis. `number`: this hub's, unlike all others'.
[[nodiscard]] std::unique_ptr<shared::Nodes> make_nodes(const Config& config, std::uint32_t number,
                                                        shared::ReactorThread& redis, const Clock& clock,
                                                        Random& random, observe::Metrics& metrics);

// Derived from sse_token.secret, else from the secret for access tokens, else a random one kept in the data folder.
[[nodiscard]] Result<auth::SseKey> make_sse_key(const Config& config, const std::optional<std::string>& made_up_secret,
                                                Random& random);

// Signs tokens that this hub accepts; fails where there is no secret.
[[nodiscard]] std::function<Result<std::string>(const auth::TokenRequest&)> token_signer(
    const Config& config, const std::optional<std::string>& made_up_secret, const Clock& clock);

[[nodiscard]] std::string host_name();

}  // namespace tidings::hub
