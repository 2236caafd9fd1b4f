/// Draws of random numbers outside the epochs: numbers that no epoch has.
#pragma once

#include <cstdint>

namespace crbrt::trainer {

inline constexpr std::uint64_t statistics_epoch = ~std::uint64_t{0};  ///< the draw that measures the standardisation
inline constexpr std::uint64_t refinement_epoch = statistics_epoch - 1;
inline constexpr std::uint64_t integer_epoch = statistics_epoch - 2;  ///< the draw that scales of integers are chosen on

}  // namespace crbrt::trainer
