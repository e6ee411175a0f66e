#include "redis/primary_finder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "redis/encode.hpp"

namespace tidings::redis {
namespace {

// What a Sentinel answers to get-master-addr-by-name: a host and a port, both as text.
std::optional<HostPort> read_primary(const Reply& reply) {
  HostPort primary{std::string(reply[0].text()), 0};
  const std::string_view port = reply[1].text();
  const char* const end = port.data() + port.size();
  const auto [after, error] = std::from_chars(port.data(), end, primary.port);
  if (primary.host.empty() || error != std::errc{} || after != end || primary.port == 0) return std::nullopt;
  return primary;
}

}  // namespace

PrimaryFinder::PrimaryFinder(net::Reactor& reactor, Address address, LinkSettings sentinel_link,
                             Resolver::LookUp look_up)
    : reactor_(reactor),
      address_(std::move(address)),
      each_within_(sentinel_link.open_within),
      resolver_(reactor, std::move(look_up)),
      link_(reactor, std::move(sentinel_link), *this),
      late_([this] { too_late(); }) {}

void PrimaryFinder::find(Found found) {
  found_ = std::move(found);
  worst_ = {};
  asked_ = 0;
  if (address_.sentinel()) return ask_sentinel();
  reactor_.timers().arm(late_, reactor_.now() + each_within_);
  resolve(address_.hosts.front(), [this](std::vector<Endpoint> endpoints) { finish(std::move(endpoints)); });
}

void PrimaryFinder::cancel() {
  resolver_.cancel();
  link_.close();
  reactor_.timers().cancel(late_);
  found_ = {};
}

void PrimaryFinder::resolve(const HostPort& where, std::function<void(std::vector<Endpoint>)> then) {
  resolver_.resolve(where, [this, then = std::move(then)](Endpoints endpoints) {
    if (!endpoints) return failed({Ending::Cause::unreachable, std::move(endpoints.error().detail)});
    then(std::move(*endpoints));
  });
}

void PrimaryFinder::ask_sentinel() {
  reactor_.timers().arm(late_, reactor_.now() + each_within_);
  resolve(address_.hosts[asked_], [this](std::vector<Endpoint> endpoints) {
    addresses_ = std::move(endpoints);
    open_sentinel();
  });
}

void PrimaryFinder::open_sentinel() {
  const Endpoint next = addresses_.front();
  addresses_.erase(addresses_.begin());
  link_.open(next);
}

void PrimaryFinder::on_open(const Greeting& greeting) {
  if (greeting.mode != "sentinel") return failed({Ending::Cause::refused, "is not a Sentinel"});
  const std::array<std::string_view, 3> question{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", address_.master};
  std::string bytes;
  append_command(bytes, question);
  link_.send(bytes);
}

void PrimaryFinder::on_reply(Reply reply) {
  link_.close();
  if (reply.is_nil()) return failed({Ending::Cause::refused, "knows no master of the name " + address_.master});
  const auto primary = read_primary(reply);
  if (!primary) return failed({Ending::Cause::unreachable, "does not say where the primary is"});
  resolve(*primary, [this](std::vector<Endpoint> endpoints) {
    std::rotate(address_.hosts.begin(), address_.hosts.begin() + static_cast<std::ptrdiff_t>(asked_),
                address_.hosts.begin() + static_cast<std::ptrdiff_t>(asked_) + 1);
    finish(std::move(endpoints));
  });
}

void PrimaryFinder::on_end(const Ending& ending) {
  if (ending.cause != Ending::Cause::refused && !addresses_.empty()) return open_sentinel();
  failed(ending);
}

void PrimaryFinder::too_late() {
  failed({Ending::Cause::unreachable, "no answer within " + std::to_string(each_within_.count()) + " ms"});
}

// One host could not say; the next Sentinel may.
void PrimaryFinder::failed(Ending ending) {
  resolver_.cancel();
  link_.close();
  if (address_.sentinel()) ending.reason = "the Sentinel at " + address_.hosts[asked_].text() + ": " + ending.reason;
  if (ending.cause == Ending::Cause::lost) ending.cause = Ending::Cause::unreachable;
  if (worst_.cause != Ending::Cause::refused || ending.cause == Ending::Cause::refused) worst_ = std::move(ending);
  if (address_.sentinel() && ++asked_ < address_.hosts.size()) return ask_sentinel();
  finish(tl::unexpected(std::move(worst_)));
}

void PrimaryFinder::finish(tl::expected<std::vector<Endpoint>, Ending> result) {
  reactor_.timers().cancel(late_);
  std::exchange(found_, {})(std::move(result));
}

}  // namespace tidings::redis
