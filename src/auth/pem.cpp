#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "auth/key_material.hpp"

namespace tidings::auth {
namespace {

using Bio = std::unique_ptr<BIO, evp::Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, evp::Freer<X509_free>>;

// OPENSSL_free is a macro.
void free_openssl(void* memory) { OPENSSL_free(memory); }
template <typename T>
using Owned = std::unique_ptr<T, evp::Freer<free_openssl>>;

struct Block {
  std::string label;  // what stands after BEGIN (RFC 7468 §2)
  std::string content;
};

// The next block; nothing where none is left.
std::optional<Block> next_block(BIO* text) {
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* content = nullptr;
  long length = 0;
  if (PEM_read_bio(text, &label, &header, &content, &length) != 1) return std::nullopt;
  const Owned<char> owned_label{label};
  const Owned<char> owned_header{header};
  const Owned<unsigned char> owned_content{content};
  return Block{label, std::string(reinterpret_cast<const char*>(content), static_cast<std::size_t>(length))};
}

evp::PublicKey public_key_in(const Block& block) {
  const unsigned char* content = evp::octets(block.content);
  const auto length = static_cast<long>(block.content.size());
  if (block.label == "PUBLIC KEY") return evp::PublicKey{d2i_PUBKEY(nullptr, &content, length)};
  const Certificate certificate{d2i_X509(nullptr, &content, length)};
  return evp::PublicKey{certificate ? X509_get_pubkey(certificate.get()) : nullptr};
}

}  // namespace

Result<Key> Key::from_pem(std::string_view pem, std::optional<Algorithm> only) {
  // Before anything is read of it: what verifies tokens must not lie where it could sign them.
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return fail(ErrorCode::parameter_invalid,
                "this is a private key, and verifying needs only the public one; write that with "
                "\"openssl pkey -pubout\"");
  }
  if (pem.size() > most_key_file_bytes) return fail(ErrorCode::parameter_invalid, "the text is over 1 MiB");
  const evp::ErrorMark mark;
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const auto block = next_block(bio.get());
  if (!block) return fail(ErrorCode::parameter_invalid, "there is no well-formed PEM block in it");
  if (block->label != "PUBLIC KEY" && block->label != "CERTIFICATE") {
    return fail(ErrorCode::parameter_invalid, "its first PEM block is neither PUBLIC KEY nor CERTIFICATE");
  }
  evp::PublicKey public_key = public_key_in(*block);
  if (!public_key) return fail(ErrorCode::parameter_invalid, "the PEM block holds no readable key");
  if (const auto second = next_block(bio.get()); second && second->label == "PUBLIC KEY") {
    return fail(ErrorCode::parameter_invalid, "it holds more than one key; give each a file of its own, or use a JWKS");
  }
  auto material = Material::of(std::move(public_key), only);
  if (!material) return tl::unexpected(std::move(material).error());
  Key key;
  key.material_ = *std::move(material);
  return key;
}

}  // namespace tidings::auth
