#include "auth/publisher_keys.hpp"

#include "auth/evp.hpp"

namespace tidings::auth {

PublisherKeys::Hash PublisherKeys::hash(std::string_view key) { return evp::sha256(key); }

PublisherKeys::PublisherKeys(const std::vector<std::string>& keys) {
  hashes_.reserve(keys.size());
  for (const std::string& key : keys) hashes_.push_back(hash(key));
}

bool PublisherKeys::contains(const Hash& candidate) const {
  bool found = false;
  for (const auto& known : hashes_) {
    const bool same = evp::equal(evp::text(candidate), evp::text(known));
    found = found | same;  // not ||: every key is compared, whatever was found
  }
  return found;
}

}  // namespace tidings::auth
