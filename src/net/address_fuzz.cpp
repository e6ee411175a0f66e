// Whatever is read as an address can be written and read again as the same, and lies in the network of itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::net;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto address = IpAddress::parse(text)) {
    const auto again = IpAddress::parse(address->text());
    if (!again || *again != *address) std::abort();
    if (!IpNetwork::parse(text)->contains(*address)) std::abort();
  }
  if (const auto network = IpNetwork::parse(text)) {
    const auto base = IpAddress::parse(text.substr(0, text.find('/')));
    if (!base || !network->contains(*base)) std::abort();
  }
  if (const auto listen = ListenAddress::parse(text); listen && listen->text != text) std::abort();
  return 0;
}
