// SPDX-License-Identifier: Apache-2.0
// From a float network to integers: arithmetic equal to the runtime's, scales that reach their range, proofs that hold, and
// outputs that stay close.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/cost.h"
#include "codegen/quantize/fit_dense.h"
#include "codegen/quantize/integer_values.h"
#include "crbrt/format/integer_bounds.h"
#include "tests/codegen/integer_models.h"
#include "tests/support/runnable_isas.h"

namespace crbrt::tests {
namespace {

using namespace codegen;

ModelSpec sampled(ModelSpec spec) {
  spec.n_test_voxel = 200;
  return spec;
}

const ModelSpec specs[] = {sampled(plain_spec()),      sampled(batch_norm_spec()), sampled(batch_skip_spec()),
                           sampled(plain_skip_spec()), sampled(uncertain_spec()),  sampled(tiny_integer_spec())};

/// The integer form in the plain arithmetic of integer_values.h: estimates [n_voxel, n_output].
std::vector<float> plain_estimates(const Network& network, const IntegerForm& form, const Values& features) {
  std::vector<Integers> values{quantized(features, form.input_scale)};
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    const Operation& op = network.operations[i];
    const Integers* const add = op.add == Operation::none ? nullptr : &values[op.add];
    values.push_back(integer_values(op, form.operations[i], values[op.in], add));
  }
  std::vector<float> estimates;
  for (Eigen::Index v = 0; v < features.cols(); ++v)
    for (std::size_t j = 0; j < network.outputs.size(); ++j) {
      const float y = static_cast<float>(values.back()(static_cast<Eigen::Index>(j), v)) * form.output_scale[j];
      const float scaled = network.outputs[j].scale * y;
      estimates.push_back(network.outputs[j].offset + scaled);
    }
  return estimates;
}

Network network_of(const ModelSpec& spec) { return folded(load_file(spec).network); }

TEST(Quantize, PlainArithmeticEqualsTheRuntimeBitForBitOnEveryInstructionSet) {
  IsaRecord record;
  for (const ModelSpec& spec : specs)
    for (const Number free : {Number::u8, Number::s16}) {
      const Model model = load(make_integer_model(spec, free));
      const std::vector<float> coefficients = random_coefficients(131, spec.n_coeff, 5);
      const std::vector<float> expected =
          plain_estimates(network_of(spec), integers_of(spec, free), features_of(model.program(), coefficients));
      for (const Isa isa : runnable_isas()) {
        record.ran(isa);
        EXPECT_EQ(estimates_of(*model.integer_program(), coefficients, isa), expected) << spec.name << " on " << name(isa);
      }
    }
  record.expect_scalar_and_best();
}

TEST(Quantize, SixteenBitsChangeNextToNothingAndEightMore) {
  for (const ModelSpec& spec : specs) {
    const double wide = relative_rms(load(make_integer_model(spec, Number::s16)));
    const double narrow = relative_rms(load(make_integer_model(spec, Number::u8)));
    // Steps of 2^-14 of the range; eight bits have steps 64 times as large.
    EXPECT_LT(wide, spec.uncertainty ? 0.05 : 0.005) << spec.name;
    EXPECT_LT(narrow, spec.uncertainty ? 1.0 : 0.2) << spec.name;
    EXPECT_LT(wide, narrow) << spec.name;
  }
}

TEST(Quantize, SumsAreRoundedToTheNearestAndNotCutOff) {
  // Integers over float sums of the first layer, output by output: a line through 0. Rounding errors have a standard deviation
  // of 0.4 at most (two roundings), so over 17 outputs of 200 voxels the mean offset is 0 +- 0.01; cut-off sums give -0.25 to
  // -0.5.
  const ModelSpec spec = sampled(plain_spec());
  const Model model = load(spec);
  const IntegerForm integers = integers_of(spec, Number::s16);
  const Values features = features_of(model.program(), model.info().test_coefficients);
  const Integers sums = dense_sums(integers.operations[0], quantized(features, integers.input_scale));
  const Integers found = finished(integers.operations[0], sums, nullptr, false);
  const Eigen::MatrixXd expected = float_values(network_of(spec), features).sums[0].cast<double>();
  double offset = 0;
  for (Eigen::Index j = 0; j < found.rows(); ++j) {
    const Eigen::ArrayXd y = found.row(j).array(), x = expected.row(j).array();
    const double slope = ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum();
    offset += (y.mean() - slope * x.mean()) / static_cast<double>(found.rows());
  }
  EXPECT_NEAR(offset, 0, 0.05);
}

TEST(Quantize, OperationsThatMayWriteBytesEndInAReluAndMeetNoSkip) {
  // Operations of tiny_integer stand in integer_content_test.cpp.
  EXPECT_EQ(free_widths(network_of(tiny_integer_spec())),
            (std::vector<bool>{false, true, false, true, false, true, true, false}));
}

TEST(Quantize, NetworksWithoutAnIntegerFormAreNamed) {
  EXPECT_EQ(why_no_integers(network_of(tiny_integer_spec())), "");
  EXPECT_EQ(why_no_integers(network_of(group_skip_spec())), "groups of 5 features, no multiple of 4 nor one even group");
  fbs::ModelT model = make_model(plain_spec());
  model.layers.back()->activation = fbs::Activation::relu;
  EXPECT_EQ(why_no_integers(folded(load_file(model).network)), "a last layer with a skip, normalisation or ReLU");
}

TEST(Scales, RequantisationReachesTheWholeRangeAndMeansWhatItSays) {
  for (const Number out : {Number::u8, Number::s16})
    for (double ratio = 0.9; ratio > 1e-5; ratio *= 0.77) {
      double scale = 1 / ratio;
      const Requant r = requant_to(1, out, scale);
      const std::int32_t top = out == Number::u8 ? 255 : (1 << 14) - 1;
      const double largest = top * scale;
      ASSERT_LT(largest, 0x1p31);
      EXPECT_NEAR(scale * ratio, 1, out == Number::u8 ? 1.0 / 256 : 1.0 / 16384) << ratio;
      if (r.shift > 0) {  // no bit of the first shift is wasted
        EXPECT_GT(std::ldexp(largest, -r.shift), (1 << 14) - 1) << ratio;
      }
      // The sum that means the top gives it, to the rounding of both shifts.
      const auto sum = static_cast<std::int32_t>(largest) + (r.shift > 0 ? 1 << (r.shift - 1) : 0);
      const std::int32_t found = out == Number::u8 ? requantize_u8(sum, r) : requantize_s16(sum, r);
      EXPECT_NEAR(found, top, 1) << ratio;
    }
}

TEST(RoundWeights, BytesFitTheirQuadsAndBeatRoundingToTheNearest) {
  const Eigen::Index n = 24, n_voxel = 400;
  Eigen::MatrixXd in(n, n_voxel);
  const std::vector<float> random =
      random_coefficients(static_cast<std::size_t>(n_voxel), static_cast<std::uint32_t>(n / 2), 3);
  for (Eigen::Index i = 0; i < in.size(); ++i) in.data()[i] = std::floor(127.5 * (1 + random[static_cast<std::size_t>(i)]));
  for (Eigen::Index i = 1; i < n; ++i) in.row(i) = (0.9 * in.row(i - 1) + 0.1 * in.row(i)).array().floor().matrix();  // alike
  const InputMoments moments(in, Eigen::VectorXd::Ones(n_voxel), Number::u8);
  double error = 0, error_of_nearest = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<float> w = random_coefficients(1, static_cast<std::uint32_t>(n / 2), seed);
    const Eigen::VectorXd weights = Eigen::Map<const Eigen::VectorXf>(w.data(), n).cast<double>();
    const RoundedRow row = round_row_u8(weights, moments);
    const auto weight = [&](std::size_t, std::size_t k) { return row.weights[k]; };
    EXPECT_TRUE(quads_fit(weight, 0, static_cast<std::size_t>(n)));
    Eigen::VectorXd ours(n), nearest(n);
    for (Eigen::Index k = 0; k < n; ++k) {
      ours[k] = row.scale * row.weights[static_cast<std::size_t>(k)] - weights[k];
      nearest[k] = row.scale * std::nearbyint(weights[k] / row.scale) - weights[k];
    }
    error += ours.dot(moments.covariance() * ours);
    error_of_nearest += nearest.dot(moments.covariance() * nearest);
  }
  EXPECT_LT(error, 0.5 * error_of_nearest);  // neighbours are alike: one can make up for another
}

TEST(RoundWeights, SixteenBitsNeverOverflowWhateverTheBias) {
  for (const double bias : {0.0, 1e3, -1e9}) {
    const Eigen::VectorXd weights = Eigen::VectorXd::LinSpaced(300, -1, 2);
    const RoundedRow row = round_row_s16(weights, bias);
    const auto weight = [&](std::size_t, std::size_t k) { return row.weights[k]; };
    EXPECT_TRUE(sum_fits(weight, 0, 300, static_cast<std::int64_t>(bias / row.scale), -std::int64_t{s16_min})) << bias;
  }
}

}  // namespace
}  // namespace crbrt::tests
