// Who a client is behind proxies (SPEC `proxy.trusted`): what Forwarded (RFC 7239) or X-Forwarded-For says, as far as
// every proxy on the way is trusted.
//
//   const net::IpAddress client = client_address(request.peer, settings.trusted_proxies, request.fields);
#pragma once

#include <span>

#include "http/request.hpp"
#include "net/address.hpp"

namespace tidings::http {

// The rightmost address that is not a trusted proxy's; where all are trusted, the leftmost. The peer itself where it is
// not trusted, where there is no such field, where both fields are there (a proxy that writes one passes on what a
// client put into the other), or where what has to be believed is malformed, obfuscated or unknown.
[[nodiscard]] net::IpAddress client_address(const net::IpAddress& peer, std::span<const net::IpNetwork> trusted,
                                            const Fields& fields);

}  // namespace tidings::http
