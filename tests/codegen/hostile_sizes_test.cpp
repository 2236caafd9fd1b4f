// SPDX-License-Identifier: Apache-2.0
// A small file cannot make the loader, or the arena it asks for, large: FlatBuffers lets many tables share one vector.
#include <gtest/gtest.h>

#include "runtime/loader/src/field_checks.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

namespace limits = loader::limits;

using Builder = flatbuffers::FlatBufferBuilder;

/// Where a model's layers stand in `tiny_plain_spec()`, `n_layer` square layers of `width` that share one weight vector.
std::vector<std::uint8_t> shared_weights(std::uint32_t n_layer, std::uint32_t width) {
  const fbs::ModelT model = make_model(tiny_plain_spec());
  Builder builder;
  const auto square = builder.CreateVector(std::vector<float>(std::size_t{width} * width, 0));
  const auto entry = builder.CreateVector(std::vector<float>(2 * width, 0));
  const auto exit = builder.CreateVector(std::vector<float>(width, 0));
  const auto wide_bias = builder.CreateVector(std::vector<float>(width, 0)),
             bias = builder.CreateVector(std::vector<float>(1, 0));
  std::vector<flatbuffers::Offset<fbs::Dense>> layers;
  layers.push_back(fbs::CreateDense(builder, builder.CreateString("in"), 2, width, entry, wide_bias));
  for (std::uint32_t i = 0; i < n_layer; ++i)
    layers.push_back(fbs::CreateDense(builder, builder.CreateString(std::to_string(i)), width, width, square, wide_bias));
  layers.push_back(fbs::CreateDense(builder, builder.CreateString("out"), width, 1, exit, bias));
  const auto layer_vector = builder.CreateVector(layers);
  const auto name = builder.CreateString("shared");
  const auto preprocessing = fbs::CreatePreprocessing(builder, model.preprocessing.get());
  std::vector<flatbuffers::Offset<fbs::Output>> outputs{fbs::CreateOutput(builder, model.outputs[0].get())};
  const auto output_vector = builder.CreateVector(outputs);
  const auto protocol = fbs::CreateProtocol(builder, model.protocol.get());
  const auto provenance = fbs::CreateProvenance(builder, model.provenance.get());
  const auto test_vector = fbs::CreateTestVector(builder, model.test_vector.get());
  fbs::FinishModelBuffer(builder, fbs::CreateModel(builder, 1, name, preprocessing, layer_vector, output_vector, protocol,
                                                   provenance, test_vector));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

LoadResult load_bytes(const std::vector<std::uint8_t>& bytes, Model& model) {
  return load_flatbuffer({bytes.data(), bytes.size()}, model);
}

TEST(HostileSizes, LayersMaySharePlausiblyManyWeights) {
  Model model;
  const LoadResult result = load_bytes(shared_weights(8, 256), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
}

TEST(HostileSizes, LayersThatShareTooManyWeightsAreRefused) {
  // 100 layers of 1024 x 1024: a file of 4 MB that would become 400 MB.
  Model model;
  const LoadResult result = load_bytes(shared_weights(100, 1024), model);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.rfind("layers: packed weights: expected 0 to", 0), 0u) << result.detail;
}

TEST(HostileSizes, MoreLayersThanPlausibleAreRefused) {
  Model model;
  const LoadResult result = load_bytes(shared_weights(limits::n_layer, 4), model);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.rfind("layers: expected 1 to", 0), 0u) << result.detail;
}

TEST(HostileSizes, SkipsThatKeepTooManyFeaturesAliveAreRefused) {
  // Every layer is 4096 wide and kept for a late skip: widths within the limit, but not all of them at one time.
  ModelSpec spec = tiny_plain_spec();
  spec.hidden.clear();
  constexpr std::uint32_t n_kept = limits::slot_features / limits::layer_width + 1;
  for (std::uint32_t i = 0; i < n_kept; ++i) {
    spec.hidden.push_back({.name = "narrow" + std::to_string(i), .width = 1});
    spec.hidden.push_back({.name = "wide" + std::to_string(i), .width = limits::layer_width});
  }
  for (std::uint32_t i = 0; i < n_kept; ++i) {
    spec.hidden.push_back({.name = "narrower" + std::to_string(i), .width = 1});
    spec.hidden.push_back(
        {.name = "sum" + std::to_string(i), .width = limits::layer_width, .skip_from = "wide" + std::to_string(i)});
  }
  try {
    make_model(spec);
    FAIL() << "expected a refusal";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("layers: features kept at one time: expected", 0), 0u) << error.what();
  }
}

TEST(HostileSizes, TablesBeyondTheVerifiersLimitAreRefused) {
  fbs::ModelT model = make_model(tiny_plain_spec());
  for (std::uint32_t i = 0; i < limits::verifier_tables; ++i)
    model.provenance->validation_loss_per_output.push_back(std::make_unique<fbs::OutputLossT>());
  Model loaded;
  const LoadResult result = load_bytes(to_flatbuffer(model), loaded);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.rfind("flatbuffer: ", 0), 0u) << result.detail;
}

}  // namespace
}  // namespace crbrt::tests
