// SPDX-License-Identifier: Apache-2.0
// Lowering keeps the meaning of the schema: the program's estimates equal a direct evaluation of the layers in double, within
// the rounding of single precision (tools/model/rounding_bound.h derives it).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/support/model_builder.h"
#include "tests/support/runnable_isas.h"
#include "tools/model/rounding_bound.h"

namespace crbrt::tests {
namespace {

using Values = std::vector<double>;

Values preprocessed(const fbs::ModelT& model, const float* c) {
  const std::size_t n = model.protocol->n_coeff;
  Values re(c, c + n), im(c + n, c + 2 * n);
  double norm = 0;
  for (std::size_t i = 0; i < n; ++i) norm += re[i] * re[i] + im[i] * im[i];
  norm = model.preprocessing->l2_normalize ? std::sqrt(norm) : 1;
  const std::int32_t r = model.preprocessing->phase_reference;
  const double angle = r >= 0 ? -std::atan2(im[static_cast<std::size_t>(r)], re[static_cast<std::size_t>(r)]) : 0;
  Values x(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = (re[i] * std::cos(angle) - im[i] * std::sin(angle)) / norm;
    x[n + i] = (re[i] * std::sin(angle) + im[i] * std::cos(angle)) / norm;
  }
  const std::int32_t k = model.preprocessing->conjugate_reference;
  if (k >= 0 && x[n + static_cast<std::size_t>(k)] < 0)
    for (std::size_t i = n; i < 2 * n; ++i) x[i] = -x[i];
  for (std::size_t i = 0; i < 2 * n; ++i) x[i] = (x[i] - model.preprocessing->mean[i]) / model.preprocessing->std[i];
  return x;
}

void normalise(const fbs::NormalizationT& norm, Values& y) {
  const std::size_t size = norm.kind == fbs::NormalizationKind::group ? y.size() / norm.n_group : y.size();
  for (std::size_t first = 0; first < y.size(); first += size) {
    double mean = 0, variance = 0;
    for (std::size_t i = first; i < first + size; ++i) mean += y[i] / static_cast<double>(size);
    for (std::size_t i = first; i < first + size; ++i) variance += (y[i] - mean) * (y[i] - mean) / static_cast<double>(size);
    for (std::size_t i = first; i < first + size; ++i) {
      if (norm.kind == fbs::NormalizationKind::batch) mean = norm.mean[i], variance = norm.variance[i];
      y[i] = norm.gamma[i] * (y[i] - mean) / std::sqrt(variance + norm.epsilon) + norm.beta[i];
    }
  }
}

/// Activations by layer, so that what one means is said once, in crbrt/network.hpp.
using Activations = std::map<std::string, Operation>;

Activations activations_of(const Network& network) {
  Activations found;
  for (const Operation& op : network.operations)
    if (is_activation(op.kind)) found[op.layer] = op;
  return found;
}

Values direct_estimates(const fbs::ModelT& model, const Activations& activations, const float* coefficients) {
  Values x = preprocessed(model, coefficients);
  std::map<std::string, Values> pre;
  for (const auto& layer : model.layers) {
    Values y(layer->bias.begin(), layer->bias.end());
    for (std::size_t j = 0; j < y.size(); ++j)
      for (std::size_t k = 0; k < x.size(); ++k) y[j] += double{layer->weights[j * x.size() + k]} * x[k];
    if (!layer->skip_from.empty())
      for (std::size_t j = 0; j < y.size(); ++j) y[j] += pre.at(layer->skip_from)[j];
    pre[layer->name] = y;
    if (layer->normalization) normalise(*layer->normalization, y);
    if (const auto activation = activations.find(layer->name); activation != activations.end())
      for (std::size_t j = 0; j < y.size(); ++j) y[j] = activated(activation->second, j, y[j]);
    x = y;
  }
  for (std::size_t o = 0; o < model.outputs.size(); ++o) x[o] = model.outputs[o]->offset + model.outputs[o]->scale * x[o];
  return x;
}

/// Folding rounds every weight once more than the bound knows of: one more u per product, among the n_in + 2 it counts.
constexpr double folding_allowance = 1.5;

void expect_what_the_schema_says(const fbs::ModelT& source) {
  const Model model = load(source);
  const Network written = load_file(source).network, network = folded(written);
  const Activations activations = activations_of(written);
  const std::size_t n_voxel = 50, width = 2 * source.protocol->n_coeff, n_output = source.outputs.size();
  const std::vector<float> coefficients = random_coefficients(n_voxel, source.protocol->n_coeff, 99);
  for (const Isa isa : runnable_isas()) {
    const std::vector<float> estimates = estimates_of(model.program(), coefficients, isa);
    for (std::size_t v = 0; v < n_voxel; ++v) {
      const float* const c = &coefficients[v * width];
      const Values expected = direct_estimates(source, activations, c);
      const model::ExactRun exact = model::run_exactly(network, {c, width});
      for (std::size_t o = 0; o < n_output; ++o)
        ASSERT_LE(std::abs(estimates[v * n_output + o] - expected[o]), folding_allowance * model::tolerance(exact.bound[o]))
            << source.name << " voxel " << v << " output " << o << " on " << name(isa);
    }
  }
}

TEST(Lowering, EveryNamedModelComputesWhatTheSchemaSays) {
  for (const ModelSpec& spec : all_specs()) expect_what_the_schema_says(make_model(spec));
}

TEST(Lowering, EpsilonIsAddedToTheVarianceOfEveryNormalisation) {
  for (const ModelSpec& spec : {batch_norm_spec(), batch_skip_spec(), group_skip_spec()}) {
    fbs::ModelT source = make_model(spec);
    for (const auto& layer : source.layers)
      if (layer->normalization) layer->normalization->epsilon = 0.5f;  // as much as a variance: it cannot hide in the rounding
    expect_what_the_schema_says(source);
  }
}

TEST(Lowering, TheToleranceIsTightEnoughToSeeAChangedWeight) {
  for (const ModelSpec& spec : all_specs()) {
    const std::vector<float> coefficients = random_coefficients(1, spec.n_coeff, 98);
    const model::ExactRun exact = model::run_exactly(folded(load_file(spec).network), coefficients);
    // Estimates are offset 0.5 + 0.25 * (values of order 1): an error of a thousandth must not hide in the tolerance.
    for (const double bound : exact.bound) EXPECT_LT(model::tolerance(bound), 1e-3) << spec.name;
  }
}

std::vector<OpKind> kinds(const Model& model) {
  std::vector<OpKind> found;
  for (std::uint32_t i = 0; i < model.program().n_op; ++i) found.push_back(model.program().ops[i].kind);
  return found;
}

constexpr OpKind dense = OpKind::dense, group = OpKind::group_norm, relu = OpKind::relu, affine = OpKind::affine;

TEST(Lowering, BatchNormalisationFoldsWhereNoSkipSeesIt) {
  EXPECT_EQ(kinds(load(batch_norm_spec())), (std::vector{dense, dense, dense}));
  // a is a skip's source and c adds it: both keep their normalisation; b and d fold.
  EXPECT_EQ(kinds(load(batch_skip_spec())), (std::vector{dense, affine, dense, dense, affine, dense, dense}));
}

TEST(Lowering, ReluIsFusedUnlessASkipNeedsTheValueBeforeIt) {
  EXPECT_EQ(kinds(load(plain_spec())), (std::vector{dense, dense, dense}));
  EXPECT_EQ(kinds(load(plain_skip_spec())), (std::vector{dense, relu, dense, dense, dense, dense, dense}));
}

TEST(Lowering, GroupNormalisationIsAlwaysItsOwnOperation) {
  EXPECT_EQ(kinds(load(group_skip_spec())), (std::vector{dense, group, dense, group, dense, group, dense, group, dense}));
}

TEST(Lowering, CountsTheMultiplyAddsOfTheDenseLayers) {
  EXPECT_EQ(load(plain_spec()).program().macs_per_voxel, 8u * 17 + 17 * 9 + 9 * 3);
}

TEST(Lowering, AFoldThatOverflowsIsRefused) {
  fbs::ModelT model = make_model(batch_norm_spec());
  model.layers[0]->normalization->gamma[0] = 3e38f;
  model.layers[0]->weights[0] = 3e38f;
  const auto bytes = to_flatbuffer(model);
  Model loaded;
  const LoadResult result = load_flatbuffer({bytes.data(), bytes.size()}, loaded);
  EXPECT_EQ(result.status, Status::bad_model);
  EXPECT_EQ(result.detail.find("layers[0].weights after folding"), 0u) << result.detail;
}

}  // namespace
}  // namespace crbrt::tests
