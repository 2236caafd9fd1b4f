// SPDX-License-Identifier: Apache-2.0
/// Makes small, valid models from a spec, so that no test depends on a trained file: random weights of a seed, an orthonormal
/// cosine basis, and a test vector whose estimates the runtime's scalar kernels gave.
///
///     const Model model = load(batch_norm_spec());
///     write_crbm(directory / "m.crbm", plain_spec());
///     fbs::ModelT broken = make_model(plain_spec()); broken.layers[0]->bias[0] = NAN; load_flatbuffer(to_flatbuffer(broken))
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "crbrt/isa.h"
#include "crbrt/network.hpp"
#include "model_generated.h"

namespace crbrt::tests {

struct LayerSpec {
  std::string name;
  std::uint32_t width = 0;
  fbs::NormalizationKind normalization = fbs::NormalizationKind::none;
  std::uint32_t n_group = 0;  ///< group only
  fbs::Activation activation = fbs::Activation::relu;
  float slope = 0;  ///< leaky_relu only
  std::string skip_from = {};
};

struct ModelSpec {
  std::string name = "test_model";
  std::uint32_t n_coeff = 4;
  std::uint32_t n_frame = 24;
  bool ship_basis = true;
  std::int32_t phase_reference = 0;
  std::int32_t conjugate_reference = -1;
  bool l2_normalize = true;
  std::vector<LayerSpec> hidden = {};
  std::vector<std::string> outputs = {"m0_semi_frac", "t1_apparent_s", "t2_free_s"};  ///< the last layer is called "output"
  std::uint64_t seed = 1;
  std::uint32_t n_test_voxel = 5;
  bool uncertainty = false;  ///< log(sigma / ||c||) from -4 to -1 around -2.5
  bool atypicality = false;  ///< threshold 1.25
  bool limits = false;       ///< standard deviations from 2^-4 to 1/2, a threshold of 1/4 + l + l^2 / 8
};

/// The spec as the schema's object, test vector filled.
fbs::ModelT make_model(const ModelSpec& spec);

/// Replaces the test vector's estimates by what the scalar kernels give. Throws std::runtime_error where the model is refused.
void fill_estimates(fbs::ModelT& model);

std::vector<std::uint8_t> to_flatbuffer(const fbs::ModelT& model);
std::vector<std::uint8_t> to_crbm(const fbs::ModelT& model);  ///< container and FlatBuffer
void write_crbm(const std::filesystem::path& path, const ModelSpec& spec);

/// The model as the loader sees it. Throws std::runtime_error with the detail where it is refused.
Model load(const ModelSpec& spec);
Model load(const fbs::ModelT& model);

/// The same as plain structs.
ModelFile load_file(const ModelSpec& spec);
ModelFile load_file(const fbs::ModelT& model);

/// The schema's object of a model in plain structs, for tests that spoil it.
fbs::ModelT unpacked(const ModelFile& file);

/// What `isa` estimates for rows of 2 * n_coeff coefficients. Throws std::runtime_error where the session cannot be bound.
std::vector<float> estimates_of(const Program& program, const std::vector<float>& coefficients, Isa isa);

/// Everything run() gives; std and atypicality stay empty where the program has none.
struct RunResult {
  std::vector<float> estimates, std, atypicality;
};
RunResult run_details(const Program& program, const std::vector<float>& coefficients, float sigma, Isa isa);

/// Rows of coefficients uniform in [-1, 1), the same for the same seed everywhere.
std::vector<float> random_coefficients(std::size_t n_voxel, std::uint32_t n_coeff, std::uint64_t seed);

// Named specs (model_specs.cpp): one for each way a layer can be lowered.
ModelSpec plain_spec();        ///< no normalisation, no skips
ModelSpec batch_norm_spec();   ///< every batch normalisation folds
ModelSpec batch_skip_spec();   ///< batch normalisation that cannot fold: becomes affine
ModelSpec group_skip_spec();   ///< group normalisation and two skips
ModelSpec plain_skip_spec();   ///< a skip from before a ReLU, without normalisation
ModelSpec paper_spec();        ///< the 14 layers of [paper], group normalisation and skips, at a tenth of the width
ModelSpec uncertain_spec();    ///< standard deviations and atypicality
ModelSpec activations_spec();  ///< every activation with an integer form, after sums and after group normalisation
ModelSpec smooth_spec();       ///< the activation without one, likewise
std::vector<ModelSpec> all_specs();

/// Every kind of operation in as few bytes as possible: the golden, fuzzing seeds, tests that load once per byte.
ModelSpec tiny_spec();
ModelSpec tiny_plain_spec();      ///< one hidden layer, one output, no basis
ModelSpec tiny_uncertain_spec();  ///< the same with both kinds of details
ModelSpec tiny_integer_spec();    ///< skip, both normalisations and a plain layer, in widths that have an integer form

}  // namespace crbrt::tests
