// SPDX-License-Identifier: Apache-2.0
// A network with leaky ReLU from file to integers. That kernels equal references on every instruction set is the test over all
// operations (tests/runtime/ops_test.cpp).
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "codegen/freestanding/emit_freestanding.h"
#include "codegen/quantize/cost.h"
#include "codegen/quantize/integer_values.h"
#include "codegen/quantize/quantize_network.h"
#include "tests/support/model_builder.h"
#include "tests/support/runnable_isas.h"

namespace crbrt::tests {
namespace {

using namespace codegen;

/// plain_spec() with another activation after every hidden layer, 200 voxels of it as sample.
fbs::ModelT plain_with(fbs::Activation activation, float slope) {
  ModelSpec spec = plain_spec();
  spec.n_test_voxel = 200;
  fbs::ModelT model = make_model(spec);
  for (std::size_t i = 0; i + 1 < model.layers.size(); ++i) {
    model.layers[i]->activation = activation;
    model.layers[i]->slope = slope;
  }
  fill_estimates(model);
  return model;
}

fbs::ModelT leaky(float slope) { return plain_with(fbs::Activation::leaky_relu, slope); }

/// With its integer form, made from the embedded sample.
ModelFile quantised(float slope) {
  ModelFile file = load_file(leaky(slope));
  const Network network = folded(file.network);
  file.network.integers =
      Quantizer(network, calibration_from_sample(load(leaky(slope)))).quantize(all_widths(network, Number::u8));
  file.info.integers.precision = "i8";
  file.info.integers.calibration = "the embedded sample";
  return file;
}

TEST(LeakyReluNetwork, ASlopeOfOneIsNoActivationAndASmallOneNearlyReLU) {
  const std::vector<float> coefficients = random_coefficients(131, 4, 5);
  for (const Isa isa : runnable_isas()) {
    const auto of = [&](const fbs::ModelT& model) { return estimates_of(load(model).program(), coefficients, isa); };
    EXPECT_EQ(of(leaky(1)), of(plain_with(fbs::Activation::none, 0))) << name(isa);
    EXPECT_EQ(of(leaky(0x1p-60f)), of(plain_with(fbs::Activation::relu, 0))) << name(isa);  // below every rounding
    EXPECT_NE(of(leaky(0.25f)), of(plain_with(fbs::Activation::relu, 0))) << name(isa);
  }
}

TEST(LeakyReluNetwork, IsWrittenAsItWasRead) {
  const ModelFile file = load_file(leaky(0.125f));
  EXPECT_EQ(file.network.operations[1].kind, OperationKind::leaky_relu);
  EXPECT_EQ(crbm_image(file), to_crbm(leaky(0.125f)));
}

TEST(LeakyReluNetwork, PlainIntegersEqualTheRuntimeBitForBitOnEveryInstructionSet) {
  const std::vector<float> coefficients = random_coefficients(131, 4, 5);
  for (const float slope : {0x1p-15f, 0.01f, 0.3f, 1.0f}) {
    const ModelFile file = quantised(slope);
    const Network network = folded(file.network);
    const Model model = load(unpacked(file));
    std::vector<Integers> values{quantized(features_of(model.program(), coefficients), network.integers->input_scale)};
    for (std::size_t i = 0; i < network.operations.size(); ++i)
      values.push_back(
          integer_values(network.operations[i], network.integers->operations[i], values[network.operations[i].in], nullptr));
    std::vector<float> expected;
    for (Eigen::Index v = 0; v < values.back().cols(); ++v)
      for (std::size_t j = 0; j < network.outputs.size(); ++j) {
        const float y = static_cast<float>(values.back()(static_cast<Eigen::Index>(j), v)) * network.integers->output_scale[j];
        const float scaled = network.outputs[j].scale * y;
        expected.push_back(network.outputs[j].offset + scaled);
      }
    for (const Isa isa : runnable_isas())
      EXPECT_EQ(estimates_of(*model.integer_program(), coefficients, isa), expected) << name(isa) << ", slope " << slope;
  }
}

TEST(LeakyReluNetwork, RefusesSlopesThatAreNone) {
  const auto detail = [](fbs::Activation activation, float slope) -> std::string {
    try {
      load(plain_with(activation, slope));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "taken";
  };
  for (const float slope : {0.0f, -0.1f, 1.5f, NAN, INFINITY})
    EXPECT_NE(detail(fbs::Activation::leaky_relu, slope).find("layers[0].slope"), std::string::npos) << slope;
  EXPECT_NE(detail(fbs::Activation::relu, 0.1f).find("layers[0].slope"), std::string::npos);
}

TEST(LeakyReluNetwork, FreestandingCodeHasItsAlgorithmAndSlopes) {
  const ModelFile file = quantised(0.25f);
  const FreestandingFiles files = emit_freestanding(load(unpacked(file)), file.network, "leaky");
  EXPECT_NE(files.source.find("static void leaky_relu_s16("), std::string::npos);
  EXPECT_NE(files.source.find("layer2_slopes, layer2_factors, layer2_rules"), std::string::npos);
  EXPECT_NE(files.source.find("8192, 8192"), std::string::npos);
}

}  // namespace
}  // namespace crbrt::tests
