// Whatever is taken as an address is shown without its passwords, and what is shown is an address of the same place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "redis/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::redis;
  const auto address = Address::parse({reinterpret_cast<const char*>(data), size});
  // A user is encoded in full, which may take more than a URL has room for.
  if (!address || address->redacted().size() > Address::longest) return 0;
  const auto again = Address::parse(address->redacted());
  if (!again) std::abort();
  Address shown = *address;
  for (Credentials* credentials : {&shown.credentials, &shown.sentinel_credentials}) {
    if (!credentials->password.empty()) credentials->password = "***";
  }
  if (*again != shown) std::abort();
  return 0;
}
