/// SHA-256 through libmd, and its spelling in hex.
#include "runtime/loader/src/sha256_text.h"

#include <sha256.h>

namespace crbrt::loading {

std::array<std::uint8_t, 32> sha256(const void* data, std::size_t size) noexcept {
  std::array<std::uint8_t, 32> digest{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, static_cast<const std::uint8_t*>(data), size);
  SHA256_Final(digest.data(), &context);
  return digest;
}

std::string hex(const std::array<std::uint8_t, 32>& digest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

bool is_sha256_text(std::string_view text) noexcept {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace crbrt::loading
