// SPDX-License-Identifier: Apache-2.0
// The corpus of a fuzzer, every byte of each of its files changed, and every file cut off, without libFuzzer.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace crbrt::tests {
namespace {

constexpr std::size_t most_changed = 360;  // headers end before

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

TEST(CorpusReplay, EveryFileAndEveryChangeOfAByteAndEveryCutPassWhatTheFuzzerDemands) {
  std::size_t replayed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CRBRT_FUZZ_CORPUS)) {
    std::string bytes = content_of(entry.path().string());
    run(bytes);
    for (std::size_t at = 0; at < std::min(bytes.size(), most_changed); ++at) {
      for (const int mask : std::array<int, 2>{0x01, 0x80}) {
        bytes[at] = static_cast<char>(bytes[at] ^ mask);
        run(bytes);
        bytes[at] = static_cast<char>(bytes[at] ^ mask);
      }
      if (at % 16 == 0) run(bytes.substr(0, at));
    }
    ++replayed;
  }
  EXPECT_GT(replayed, 0u);
}

}  // namespace
}  // namespace crbrt::tests
