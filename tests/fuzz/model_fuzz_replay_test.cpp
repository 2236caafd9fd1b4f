// SPDX-License-Identifier: Apache-2.0
// The fuzzer's corpus, every named model, every single-byte change of small FlatBuffers and of an integer form, without
// libFuzzer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "crbrt/loader.hpp"
#include "model_generated.h"
#include "tests/support/model_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace crbrt::tests {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t header_size = 64;

Bytes bytes_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The FlatBuffer of the seed that has an integer form.
Bytes integer_seed() {
  Bytes bytes = bytes_of_file(std::filesystem::path(CRBRT_FUZZ_CORPUS) / "tiny_integer.crbm");
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(header_size, bytes.size())));
  return bytes;
}

bool is_accepted(const Bytes& flatbuffer) {
  Model model;
  return load_flatbuffer({flatbuffer.data(), flatbuffer.size()}, model).status == Status::ok;
}

/// [first, last) of the bytes of a FlatBuffer that tables and vectors under Model.integers lie in.
class Region {
 public:
  explicit Region(const Bytes& bytes) : start_(bytes.data()), first_(bytes.size()) {}
  void add_table(const void* table) { add(table, sizeof(flatbuffers::soffset_t)); }
  template <class T>
  void add_vector(const flatbuffers::Vector<T>* vector) {
    if (vector != nullptr) add(vector, sizeof(flatbuffers::uoffset_t) + vector->size() * sizeof(T));
  }
  std::size_t first() const { return first_; }
  std::size_t last() const { return last_; }

 private:
  void add(const void* at, std::size_t size) {
    const auto offset = static_cast<std::size_t>(static_cast<const std::uint8_t*>(at) - start_);
    first_ = std::min(first_, offset);
    last_ = std::max(last_, offset + size);
  }
  const std::uint8_t* start_;
  std::size_t first_, last_ = 0;
};

Region integer_region(const Bytes& bytes) {
  Region region(bytes);
  const fbs::Integers& integers = *fbs::GetModel(bytes.data())->integers();
  region.add_table(&integers);
  region.add_vector(integers.input_scale());
  region.add_vector(integers.output_scale());
  region.add_vector(integers.ops());
  for (const fbs::IntegerOp* op : *integers.ops()) {
    region.add_table(op);
    region.add_vector(op->weights_s8());
    region.add_vector(op->weights_s16());
    region.add_vector(op->bias());
    region.add_vector(op->shift());
    region.add_vector(op->multiplier());
    if (op->group_norm() != nullptr) region.add_table(op->group_norm());
  }
  return region;
}

TEST(ModelFuzz, TheCorpusReplays) {
  std::size_t replayed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CRBRT_FUZZ_CORPUS)) {
    const Bytes bytes = bytes_of_file(entry.path());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++replayed;
  }
  EXPECT_GT(replayed, 0u);
}

TEST(ModelFuzz, TheSeedInIntegersHoldsEveryKindOfOperation) {
  const Bytes bytes = integer_seed();
  Model model;
  ASSERT_EQ(load_flatbuffer({bytes.data(), bytes.size()}, model).status, Status::ok);
  ASSERT_NE(model.integer_program(), nullptr);
  std::set<OpKind> kinds;
  for (std::uint32_t i = 0; i < model.integer_program()->n_op; ++i) kinds.insert(model.integer_program()->ops[i].kind);
  EXPECT_EQ(kinds, (std::set{OpKind::quantize, OpKind::dequantize, OpKind::dense_s16, OpKind::dense_u8, OpKind::affine_s16,
                             OpKind::group_norm_s16}));
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

TEST(ModelFuzz, EveryByteOfAnIntegerFormMayBeAnything) {
  Bytes bytes = integer_seed();
  ASSERT_TRUE(is_accepted(bytes));
  const Region region = integer_region(bytes);
  std::size_t accepted = 0, refused = 0;
  for (std::size_t at = region.first(); at < region.last(); ++at)
    for (const std::uint8_t mask : std::array<std::uint8_t, 2>{0x01, 0x80}) {
      bytes[at] ^= mask;
      ++(is_accepted(bytes) ? accepted : refused);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      bytes[at] ^= mask;
    }
  RecordProperty("bytes", std::to_string(region.last() - region.first()));
  RecordProperty("accepted", std::to_string(accepted));
  RecordProperty("refused", std::to_string(refused));
  EXPECT_GT(accepted, 100u) << "nothing ran";
  EXPECT_GT(refused, 100u) << "nothing was refused";
}

}  // namespace
}  // namespace crbrt::tests
