#include "access_token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tidings::bench {
namespace {

std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace

std::string access_token(std::string_view user, std::string_view secret, std::int64_t issued_at) {
  const std::string claims = "{\"sub\":\"" + std::string(user) + "\",\"iat\":" + std::to_string(issued_at) +
                             ",\"exp\":" + std::to_string(issued_at + 3600) + "}";
  const std::string signed_part = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims);
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), code, &length);
  return signed_part + "." + base64url({reinterpret_cast<const char*>(code), length});
}

}  // namespace tidings::bench
