// Whatever a store gives back as a session: what is taken is written, and read again, as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/session_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::auth;
  const auto session = read_session({reinterpret_cast<const char*>(data), size});
  if (!session) return 0;
  const std::string written = write_session(*session);
  const auto again = read_session(written);
  if (!again || write_session(*again) != written || again->identity.user.empty()) std::abort();
  return 0;
}
