// The fuzzer's corpus, every named model, and every single-byte change of a small FlatBuffer, without libFuzzer.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/model_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace crbrt::tests {
namespace {

TEST(ModelFuzz, TheCorpusReplays) {
  std::size_t replayed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CRBRT_FUZZ_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
  }
  EXPECT_GT(replayed, 0u);
}

TEST(ModelFuzz, EveryNamedModelPassesWhatTheFuzzerDemands) {
  for (const ModelSpec& spec : all_specs()) {
    const auto bytes = to_crbm(make_model(spec));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}

TEST(ModelFuzz, EveryByteOfAFlatBufferMayBeAnything) {
  for (const ModelSpec& spec : {tiny_spec(), tiny_plain_spec(), tiny_uncertain_spec()}) {
    auto bytes = to_flatbuffer(make_model(spec));
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (const std::uint8_t mask : std::array<std::uint8_t, 4>{0x01, 0x04, 0x80, 0xff}) {
        bytes[at] ^= mask;
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        bytes[at] ^= mask;
      }
  }
}

}  // namespace
}  // namespace crbrt::tests
