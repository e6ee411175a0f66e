#include "auth/publisher_keys.hpp"

#include "auth/evp.hpp"

namespace tidings::auth {

PublisherKeys::PublisherKeys(const std::vector<std::string>& keys) {
  hashes_.reserve(keys.size());
  for (const std::string& key : keys) hashes_.push_back(evp::sha256(key));
}

bool PublisherKeys::contains(std::string_view candidate) const {
  const evp::Sha256 hash = evp::sha256(candidate);
  bool found = false;
  for (const auto& known : hashes_) {
    const bool same = evp::equal(evp::text(hash), evp::text(known));
    found = found | same;  // not ||: every key is compared, whatever was found
  }
  return found;
}

}  // namespace tidings::auth
