// SPDX-License-Identifier: Apache-2.0
/// SHA-256 through libmd, and its text as model files, banners and sidecars carry it: 64 lower-case hex digits. Header only, so
/// that crbrt::loader, which is installed alone, needs no library of ours for it; who includes it links libmd.
#pragma once

#include <sys/types.h>
// libmd's header needs the types above.
#include <sha256.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crbrt::base {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// Of bytes that come in pieces.
class Sha256 {
 public:
  Sha256() noexcept { SHA256Init(&context_); }
  void add(const void* data, std::size_t size) noexcept {
    SHA256Update(&context_, static_cast<const std::uint8_t*>(data), size);
  }
  Sha256Digest digest() noexcept {  ///< once, when all is added
    Sha256Digest digest{};
    SHA256Final(digest.data(), &context_);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

inline Sha256Digest sha256(const void* data, std::size_t size) noexcept {
  Sha256 hash;
  hash.add(data, size);
  return hash.digest();
}

inline std::string hex(const Sha256Digest& digest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

/// Exactly 64 digits 0-9a-f?
inline bool is_sha256_text(std::string_view text) noexcept {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace crbrt::base
