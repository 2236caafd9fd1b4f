// SPDX-License-Identifier: Apache-2.0
// The tolerance of `crbrt-model verify` holds on every instruction set, and is made of derivatives that are right.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/model_builder.h"
#include "tests/support/runnable_isas.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::tests {
namespace {

Network network_of(const fbs::ModelT& model) { return folded(load_file(model).network); }

TEST(RoundingBound, EveryInstructionSetStaysWithinItsBoundOfExactArithmetic) {
  IsaRecord record;
  for (const ModelSpec& spec : all_specs()) {
    const Model model = load(spec);
    const Network network = network_of(make_model(spec));
    const std::size_t width = 2 * spec.n_coeff, n_output = spec.outputs.size(), n_voxel = 60;
    const std::vector<float> coefficients = random_coefficients(n_voxel, spec.n_coeff, 5);
    for (const Isa isa : runnable_isas()) {
      record.ran(isa);
      const std::vector<float> estimates = estimates_of(model.program(), coefficients, isa);
      for (std::size_t v = 0; v < n_voxel; ++v) {
        const model::ExactRun exact = model::run_exactly(network, {&coefficients[v * width], width});
        for (std::size_t o = 0; o < n_output; ++o)
          ASSERT_LE(std::abs(estimates[v * n_output + o] - exact.estimates[o]), exact.bound[o])
              << spec.name << " voxel " << v << " output " << o << " on " << name(isa);
      }
    }
  }
  record.expect_scalar_and_best();
}

/// The bias of the first layer is a term of its sums, so u |bias| |d estimate / d bias| is one of the errors that the bound
/// adds up. Finite differences give the derivative: the bound must hold all of these, as a root of summed squares, lambda
/// times.
TEST(RoundingBound, ErrorsOfTheFirstLayerReachTheBoundThroughTheTrueDerivative) {
  constexpr double lambda = 8, u = 0x1p-24;
  constexpr float step = 0x1p-10f;
  for (const ModelSpec& spec : all_specs()) {
    fbs::ModelT source = make_model(spec);
    const std::vector<float> coefficients = random_coefficients(1, spec.n_coeff, 6);
    const model::ExactRun before = model::run_exactly(network_of(source), coefficients);
    std::vector<double> squares(spec.outputs.size(), 0);
    for (float& bias : source.layers.front()->bias) {
      const float original = bias;
      bias = original + step;
      const model::ExactRun after = model::run_exactly(network_of(source), coefficients);
      for (std::size_t o = 0; o < squares.size(); ++o)
        squares[o] += std::pow((after.estimates[o] - before.estimates[o]) / step * original * u, 2);
      bias = original;
    }
    for (std::size_t o = 0; o < squares.size(); ++o) EXPECT_GE(before.bound[o], lambda * std::sqrt(squares[o])) << spec.name;
  }
}

}  // namespace
}  // namespace crbrt::tests
