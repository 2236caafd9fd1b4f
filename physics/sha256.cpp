// The project's hashes of numbers.
#include "physics/sha256.h"

#include <bit>

#include "base/sha256.h"

namespace crbrt::physics {

static_assert(std::endian::native == std::endian::little, "hashes are defined over little-endian doubles");

std::string sha256_of_doubles(std::span<const double> values) {
  return base::hex(base::sha256(values.data(), values.size_bytes()));
}

}  // namespace crbrt::physics
