#include "store/fingerprint.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <vector>

#include "store/bytes.hpp"

namespace tidings::store {
namespace {

void put_set(std::string& to, std::vector<std::string> names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  put_varint(to, names.size());
  for (const std::string& name : names) put_text(to, name);
}

}  // namespace

std::string fingerprint(const Event& event) {
  std::string canonical;
  canonical.push_back(event.text ? 't' : 'j');
  put_text(canonical, event.type);
  put_text(canonical, event.payload);
  put_set(canonical, event.recipients.users);
  put_set(canonical, event.recipients.channels);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace tidings::store
