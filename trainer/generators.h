/// LibTorch's generators of random numbers.
#pragma once

#include <cstdint>

namespace crbrt::trainer {

/// They become a function of seed and epoch, so that a checkpoint need not hold their state.
void seed_generators(std::uint64_t seed, std::uint64_t epoch);

}  // namespace crbrt::trainer
