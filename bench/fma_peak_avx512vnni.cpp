// The multiply-add loop of one instruction set.
#include "bench/fma_peak-inl.h"
#include "runtime/src/isa/avx512vnni.h"

namespace crbrt::avx512vnni {

std::size_t multiply_adds(std::size_t rounds, float* sink);
std::size_t multiply_adds(std::size_t rounds, float* sink) { return bench::multiply_adds<Ops>(rounds, sink); }

}  // namespace crbrt::avx512vnni
