// Whatever a client writes into Forwarded or X-Forwarded-For, what a trusted proxy adds after it decides: a client
// can't choose its own address. It may at most spoil the field, and is then taken for the proxy.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/forwarded.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  static const auto proxy = *net::IpAddress::parse("10.0.0.1");
  static const auto client = *net::IpAddress::parse("198.51.100.1");
  static const std::array trusted{*net::IpNetwork::parse("10.0.0.0/8")};
  const std::string written(reinterpret_cast<const char*>(data), size);

  http::Fields list;
  list.add("X-Forwarded-For", written + ", 198.51.100.1");
  if (http::client_address(proxy, trusted, list) != client) std::abort();

  http::Fields fields;
  fields.add("Forwarded", written);
  fields.add("Forwarded", "for=198.51.100.1");
  const auto address = http::client_address(proxy, trusted, fields);
  if (address != client && address != proxy) std::abort();

  http::Fields appended;
  appended.add("Forwarded", written + ", for=198.51.100.1");
  const auto after = http::client_address(proxy, trusted, appended);
  if (after != client && after != proxy) std::abort();
  return 0;
}
