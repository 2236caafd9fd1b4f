// SPDX-License-Identifier: Apache-2.0
// The network of a file: what was read is written again byte for byte, operands say by index who wrote what, folding keeps the
// rules, and what has no Program is no Network.
#include "crbrt/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ModelFile file_of(const Bytes& bytes) {
  ModelFile file;
  const LoadResult result = load_network({bytes.data(), bytes.size()}, file);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return file;
}

TEST(Network, WhatWasReadIsWrittenAgainByteForByte) {
  for (const ModelSpec& spec : all_specs()) {
    const Bytes bytes = to_crbm(make_model(spec));
    EXPECT_EQ(crbm_image(file_of(bytes)), bytes) << spec.name;
  }
  for (const char* golden : {"tiny", "tiny_integer", "tiny_uncertain"}) {
    const Bytes bytes = bytes_of(std::filesystem::path(CRBRT_SOURCE_DIR) / "tests/golden" / (std::string(golden) + ".crbm"));
    EXPECT_EQ(crbm_image(file_of(bytes)), bytes) << golden;
  }
}

/// Files of the trainer lie in another order, so their bytes differ; what they say does not.
TEST(Network, EveryShippedModelSaysTheSameAfterItWasWritten) {
  std::size_t n_model = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(CRBRT_SOURCE_DIR "/models")) {
    if (entry.path().extension() != ".crbm") continue;
    ++n_model;
    const Bytes once = crbm_image(file_of(bytes_of(entry.path())));
    Model shipped, written;
    ASSERT_EQ(load_model_file(entry.path().c_str(), shipped).status, Status::ok) << entry.path();
    ASSERT_EQ(load_model({once.data(), once.size()}, written).status, Status::ok) << entry.path();
    EXPECT_EQ(crbm_image(file_of(once)), once) << entry.path();
    EXPECT_EQ(shipped.info().layer_text, written.info().layer_text);
    EXPECT_EQ(shipped.info().config_json, written.info().config_json);
    EXPECT_EQ(shipped.info().integers.cost.size(), written.info().integers.cost.size());
    const std::vector<float>& test = shipped.info().test_coefficients;
    EXPECT_EQ(estimates_of(written.program(), test, Isa::scalar), shipped.info().test_estimates) << entry.path();
    ASSERT_EQ(shipped.integer_program() != nullptr, written.integer_program() != nullptr);
    if (shipped.integer_program() != nullptr) {
      EXPECT_EQ(estimates_of(*written.integer_program(), test, Isa::scalar),
                estimates_of(*shipped.integer_program(), test, Isa::scalar));
    }
  }
  EXPECT_GT(n_model, 5u);
}

TEST(Network, OperandsAreEarlierValuesOfTheirWidths) {
  for (const ModelSpec& spec : all_specs())
    for (const Network& network : {load_file(spec).network, folded(load_file(spec).network)})
      for (std::size_t i = 0; i < network.operations.size(); ++i) {
        const Operation& op = network.operations[i];
        ASSERT_LE(op.in, i) << spec.name;  // operation i writes value i + 1
        EXPECT_EQ(network.width(op.in), op.n_in) << spec.name;
        if (op.add == Operation::none) continue;
        ASSERT_LE(op.add, i) << spec.name;
        EXPECT_EQ(network.width(op.add), op.n_out) << spec.name;
      }
}

std::vector<OperationKind> kinds(const Network& network) {
  std::vector<OperationKind> found;
  for (const Operation& op : network.operations) found.push_back(op.kind);
  return found;
}

constexpr OperationKind dense = OperationKind::dense, batch = OperationKind::batch_norm, affine = OperationKind::affine,
                        relu = OperationKind::relu;

TEST(Network, OfAFileHasEveryStepOfALayerAsAnOperation) {
  const Network network = load_file(batch_skip_spec()).network;
  EXPECT_EQ(kinds(network), (std::vector{dense, batch, relu, dense, batch, relu, dense, batch, relu, dense, batch, dense}));
  EXPECT_EQ(network.operations[6].layer, "c");
  EXPECT_EQ(network.operations[6].add, 1u);  // the sums of a, before its normalisation and ReLU
  EXPECT_EQ(network.operations[7].layer, "c");
  EXPECT_TRUE(std::none_of(network.operations.begin(), network.operations.end(), [](const Operation& op) { return op.relu; }));
}

TEST(Network, FoldingNeedsSumsThatNothingElseReadsOrChanges) {
  const Network network = folded(load_file(batch_skip_spec()).network);
  // a is a skip's source and c adds it: both keep their normalisation; b and d fold.
  EXPECT_EQ(kinds(network), (std::vector{dense, affine, dense, dense, affine, dense, dense}));
  EXPECT_EQ(network.operations[3].add, 1u);
  EXPECT_EQ(network.operations[3].in, 3u);
  std::vector<bool> ends_in_relu;
  for (const Operation& op : network.operations) ends_in_relu.push_back(op.relu);
  EXPECT_EQ(ends_in_relu, (std::vector{false, true, true, false, true, false, false}));
  EXPECT_EQ(kinds(folded(load_file(plain_skip_spec()).network)), (std::vector{dense, relu, dense, dense, dense, dense, dense}));
}

TEST(Network, AFoldedOneIsFolded) {
  for (const ModelSpec& spec : all_specs()) {
    const Network once = folded(load_file(spec).network), twice = folded(once);
    ASSERT_EQ(kinds(once), kinds(twice)) << spec.name;
    for (std::size_t i = 0; i < once.operations.size(); ++i) {
      EXPECT_EQ(once.operations[i].weights, twice.operations[i].weights);
      EXPECT_EQ(once.operations[i].in, twice.operations[i].in);
      EXPECT_EQ(once.operations[i].relu, twice.operations[i].relu);
    }
  }
}

/// The operands of a file are names and widths; each defect is refused with what was expected and found, by both loaders alike.
TEST(Network, EveryDefectOfAnOperandIsRefusedAndLeavesTheFileUntouched) {
  struct Defect {
    const char* detail;
    std::function<void(fbs::ModelT&)> apply;
  };
  const Defect defects[] = {
      {"layers[1].n_in: expected 11 to 11, found 12", [](fbs::ModelT& m) { m.layers[1]->n_in = 12; }},
      {"layers[2].skip_from: expected the name of an earlier layer, found another text",
       [](fbs::ModelT& m) { m.layers[2]->skip_from = "c"; }},
      {"layers[2].skip_from: expected the name of an earlier layer, found another text",
       [](fbs::ModelT& m) { m.layers[2]->skip_from = "d"; }},
      {"layers[2].skip_from: expected a layer of width 11, found one of width 18",
       [](fbs::ModelT& m) { m.layers[2]->skip_from = "b"; }},
      {"layers[1].weights: expected 198 numbers, found 197", [](fbs::ModelT& m) { m.layers[1]->weights.pop_back(); }},
      {"layers[0].normalization.mean: expected 11 numbers, found 12",
       [](fbs::ModelT& m) { m.layers[0]->normalization->mean.push_back(0); }},
      {"layers: last layer: expected 3 features: 3 outputs, found 4",
       [](fbs::ModelT& m) {
         m.layers.back()->n_out = 4;
         m.layers.back()->bias.push_back(0);
         m.layers.back()->weights.resize(44);
       }},
  };
  for (const Defect& defect : defects) {
    fbs::ModelT source = make_model(batch_skip_spec());
    defect.apply(source);
    const Bytes bytes = to_crbm(source);
    ModelFile file;
    file.network.name = "untouched";
    Model model;
    const LoadResult found = load_network({bytes.data(), bytes.size()}, file);
    EXPECT_EQ(found.status, Status::bad_model);
    EXPECT_EQ(found.detail, defect.detail);
    EXPECT_EQ(load_model({bytes.data(), bytes.size()}, model).detail, found.detail);
    EXPECT_EQ(file.network.name, "untouched");
    EXPECT_TRUE(file.network.operations.empty());
  }
}

/// Lowering refuses it, not reading: a Network without a Program must not come out either.
TEST(Network, AFoldThatOverflowsIsNoNetwork) {
  fbs::ModelT source = make_model(batch_norm_spec());
  source.layers[0]->normalization->gamma[0] = source.layers[0]->weights[0] = 3e38f;
  const Bytes bytes = to_crbm(source);
  ModelFile file;
  EXPECT_EQ(load_network({bytes.data(), bytes.size()}, file).detail.rfind("layers[0].weights after folding[0]: ", 0), 0u);
  EXPECT_TRUE(file.network.operations.empty());
}

TEST(Network, AFileThatCannotBeReadIsAnIoError) {
  ModelFile file;
  EXPECT_EQ(load_network_file("/nowhere/m.crbm", file).status, Status::io_error);
}

}  // namespace
}  // namespace crbrt::tests
