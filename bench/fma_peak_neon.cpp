// The multiply-add loop of one instruction set.
#include "bench/fma_peak-inl.h"
#include "runtime/src/isa/neon.h"

namespace crbrt::neon {

std::size_t multiply_adds(std::size_t rounds, float* sink);
std::size_t multiply_adds(std::size_t rounds, float* sink) { return bench::multiply_adds<Ops>(rounds, sink); }

}  // namespace crbrt::neon
