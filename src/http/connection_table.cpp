#include "http/connection_table.hpp"

#include <algorithm>
#include <utility>

#include "http/connection.hpp"
#include "net/byte_stream.hpp"

namespace tidings::http {
namespace {

observe::Counter* answered(observe::Metrics& metrics, std::string_view status) {
  return &metrics.counter("tidings_http_requests_total", "Requests answered, by class of status", {{"status", status}});
}

}  // namespace

ServerProbe::ServerProbe(observe::Metrics& metrics)
    : open(metrics.gauge("tidings_http_connections_open", "Connections open, streams included")),
      accepted(metrics.counter("tidings_http_connections_accepted_total", "Connections accepted")),
      refused(metrics.counter("tidings_http_connections_refused_total", "Connections refused over the limit")),
      malformed(metrics.counter("tidings_http_requests_malformed_total",
                                "Requests refused because they were malformed, too large or too slow")),
      exhausted(metrics.counter("tidings_http_descriptors_exhausted_total",
                                "Times that no connection could be accepted for want of descriptors or memory")),
      answered{http::answered(metrics, "1xx"), http::answered(metrics, "2xx"), http::answered(metrics, "3xx"),
               http::answered(metrics, "4xx"), http::answered(metrics, "5xx")} {}

ConnectionTable::ConnectionTable(net::Reactor& reactor, Handler& handler, const ServerLimits& limits,
                                 ConnectionCount& count, observe::Metrics& metrics)
    : reactor_(reactor),
      handler_(handler),
      limits_(limits),
      count_(count),
      probe_(metrics),
      receive_buffer_(receive_bytes) {}

ConnectionTable::~ConnectionTable() {
  close();
  bury_all();
  reactor_.unschedule(*this);
}

void ConnectionTable::open(Descriptor socket, const net::IpAddress& peer) {
  const auto limit = limits_.connections.load(std::memory_order_relaxed);
  const auto open = count_.open.fetch_add(1, std::memory_order_relaxed) + 1;
  if (open > limit) probe_.refused.add();
  if (open > limit + lingering_refusals) {
    count_.open.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  const auto index = static_cast<std::uint32_t>(connections_.size());
  Connection& connection = places_.make(*this, net::ByteStream(std::move(socket)), peer, index);
  connections_.push_back(&connection);
  probe_.accepted.add();
  probe_.open.add(1);
  connection.start();
  if (open > limit) {
    connection.refuse({ErrorCode::overloaded, "The hub has as many connections as it may have", Seconds{1}}, Request{});
  }
}

void ConnectionTable::kick(Connection& connection) {
  if (!connection.mark_queued(true)) return;
  ready_.push_back(&connection);
  reactor_.schedule(*this);
}

bool ConnectionTable::run_slice() {
  for (std::size_t turns = std::min(ready_.size(), turns_per_slice); turns > 0; --turns) {
    Connection* connection = ready_.front();
    ready_.pop_front();
    if (connection == nullptr) continue;  // it was buried while it waited
    connection->mark_queued(false);
    connection->turn();
  }
  return !ready_.empty();
}

void ConnectionTable::bury(Connection& connection) {
  dead_.push_back(&connection);
  if (dead_.size() > 1) return;
  reactor_.defer([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) bury_all();
  });
}

void ConnectionTable::bury_all() {
  // Those who hear of an end may bring about others.
  for (std::size_t i = 0; i < dead_.size(); ++i) {
    Connection& connection = *dead_[i];
    connection.announce_closed();
    if (connection.mark_queued(false)) std::replace(ready_.begin(), ready_.end(), &connection, {});
    const auto index = connection.index();
    if (index + 1 != connections_.size()) {
      connections_[index] = connections_.back();
      connections_[index]->set_index(index);
    }
    connections_.pop_back();
    places_.destroy(connection);
    count_.open.fetch_sub(1, std::memory_order_relaxed);
    probe_.open.add(-1);
  }
  dead_.clear();
}

void ConnectionTable::drain() {
  draining_ = true;
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->drain();
}

void ConnectionTable::close() {
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->break_off();
}

}  // namespace tidings::http
