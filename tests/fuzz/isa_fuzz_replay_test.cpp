// SPDX-License-Identifier: Apache-2.0
// What crbrt_isa_fuzz demands, on pseudo-random bytes, without libFuzzer.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace crbrt::tests {
namespace {

TEST(IsaFuzz, EveryIsaAgreesOnRandomBytes) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    std::vector<std::uint8_t> bytes(1 + random() % 4096);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    bytes[0] = static_cast<std::uint8_t>(i);  // every kernel
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}

}  // namespace
}  // namespace crbrt::tests
