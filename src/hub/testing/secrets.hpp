// Secrets that a hub accepts.
#pragma once

namespace tidings::hub::testing {

constexpr auto secret = "0123456789abcdef0123456789abcdef";
constexpr auto other_secret = "fedcba9876543210fedcba9876543210";

}  // namespace tidings::hub::testing
