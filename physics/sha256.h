/// SHA-256 of numbers as the project defines it: over little-endian doubles, as 64 lower-case hex digits.
#pragma once

#include <span>
#include <string>

namespace crbrt::physics {

std::string sha256_of_doubles(std::span<const double> values);

}  // namespace crbrt::physics
