// SPDX-License-Identifier: Apache-2.0
/// An estimator whose errors have a closed form: one dense layer of one output, run by the real runtime, with or without a
/// constant predicted standard deviation and a linear score.
#pragma once

#include <cmath>
#include <initializer_list>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

struct LinearModel {
  static constexpr std::size_t n_coeff = 2, n_feature = 5;
  float mean[2 * n_coeff] = {}, inverse_std[2 * n_coeff] = {1, 1, 1, 1};
  float weights[layout::packed_size(2 * n_coeff, n_feature)] = {};
  float bias[layout::padded_outputs(n_feature)] = {};
  Output output;
  Uncertainty uncertainty{.log_noise_center = 0, .log_noise_min = -50, .log_noise_max = 50};
  Atypicality atypicality{.threshold = 0};
  Op op;
  std::uint32_t slot_width[2] = {2 * n_coeff, 1};
  Program program;

  /// estimate = offset + w . x, with or without phase and l2 normalisation.
  LinearModel(const char* name, float offset, std::initializer_list<float> w, bool normalize)
      : output{.name = name, .unit = "1", .offset = offset, .scale = 1, .minimum = -10, .maximum = 10},
        op{.kind = OpKind::dense,
           .n_in = 2 * n_coeff,
           .n_out = 1,
           .in_slot = 0,
           .out_slot = 1,
           .add_slot = -1,
           .relu = 0,
           .n_group = 0,
           .epsilon = 0,
           .weights = weights,
           .bias = bias},
        program{.version = program_version,
                .name = "linear",
                .model_sha256 = "",
                .n_coeff = n_coeff,
                .n_output = 1,
                .n_op = 1,
                .n_slot = 2,
                .preprocessing = {.phase_reference = normalize ? 0 : -1,
                                  .l2_normalize = normalize ? 1u : 0u,
                                  .mean = mean,
                                  .inverse_std = inverse_std},
                .outputs = &output,
                .ops = &op,
                .slot_width = slot_width,
                .macs_per_voxel = 2 * n_coeff,
                .uncertainty = nullptr,
                .atypicality = nullptr} {
    set_row(0, w);
  }
  LinearModel(const LinearModel&) = delete;  // the program points into this object

  /// Predicts this standard deviation for every voxel.
  void predict_std(double std) {
    program.uncertainty = &uncertainty;
    bias[1] = static_cast<float>(std::log(std));
    set_width(program.atypicality == nullptr ? 4 : 5);
  }
  /// score = w . x, after predict_std() if both.
  void score(std::initializer_list<float> w, float threshold) {
    atypicality.threshold = threshold;
    program.atypicality = &atypicality;
    const std::uint32_t feature = program.uncertainty == nullptr ? 1 : 4;
    set_row(feature, w);
    set_width(feature + 1);
  }

 private:
  void set_row(std::size_t feature, std::initializer_list<float> w) {
    std::size_t k = 0;
    for (const float value : w) rows[feature][k++] = value;
    pack();
  }
  void set_width(std::uint32_t n) {
    op.n_out = slot_width[1] = n;
    pack();
  }
  void pack() {
    for (std::size_t j = 0; j < op.n_out; ++j)
      for (std::size_t k = 0; k < 2 * n_coeff; ++k) weights[layout::packed_index(2 * n_coeff, op.n_out, j, k)] = rows[j][k];
  }

  float rows[5][2 * n_coeff] = {};  ///< weights of each output
};

/// `n` equal fingerprints with one bound for everything.
inline physics::Dataset equal_fingerprints(std::size_t n, std::complex<double> first, std::complex<double> second,
                                           double m0_semi_frac, double crb) {
  physics::Dataset set;
  set.coefficients.resize(LinearModel::n_coeff, static_cast<Eigen::Index>(n));
  set.coefficients.row(0).setConstant(first);
  set.coefficients.row(1).setConstant(second);
  physics::Tissue tissue;
  tissue.m0_semi_frac = m0_semi_frac;
  tissue.r1_free_hz = tissue.r1_semi_hz = 1;
  tissue.r2_free_hz = 10;
  set.tissues.assign(n, tissue);
  set.crb = Eigen::MatrixXd::Constant(7, static_cast<Eigen::Index>(n), crb);
  set.tr_s = 3.5e-3;
  return set;
}

}  // namespace crbrt::evaluation
