// The multiply-add loop of one instruction set: compiled once for each, with CRBRT_ISA and CRBRT_ISA_HEADER defined.
#include CRBRT_ISA_HEADER

#include "bench/fma_peak-inl.h"

namespace crbrt::CRBRT_ISA {

std::size_t multiply_adds(std::size_t rounds, float* sink);
std::size_t multiply_adds(std::size_t rounds, float* sink) { return bench::multiply_adds<Ops>(rounds, sink); }

}  // namespace crbrt::CRBRT_ISA
