// SHA-256 through libmd.
#include "physics/sha256.h"

#include <sys/types.h>
// libmd's header needs the types above.
#include <sha256.h>

#include <array>
#include <bit>
#include <cstdint>

namespace crbrt::physics {

static_assert(std::endian::native == std::endian::little, "hashes are defined over little-endian doubles");

std::string sha256_of_doubles(std::span<const double> values) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes(), text.data());
  return std::string(text.data());
}

}  // namespace crbrt::physics
