/// A trained network as plain numbers: what leaves LibTorch and enters the model file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "trainer/config.h"

namespace crbrt::trainer {

/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta; mean and variance are stored for batch normalisation only.
struct PlainNormalization {
  Normalization kind = Normalization::none;
  std::size_t n_group = 0;
  float epsilon = 0;
  std::vector<float> gamma, beta, mean, variance;
};

struct PlainLayer {
  std::size_t n_in = 0, n_out = 0;
  std::vector<float> weights;  ///< [n_out, n_in], row-major
  std::vector<float> bias;     ///< [n_out]
  PlainNormalization normalization;
  bool relu = false;
  int skip_from = -1;  ///< layer whose sum is added before normalisation, or -1
};

/// Standardisation: x -> (x - mean) / std of every preprocessed input; outputs: offset + scale * network output.
struct Standardization {
  std::vector<float> mean, std;      ///< [2 * n_coeff]
  std::vector<float> offset, scale;  ///< [n_output]
};

/// Of log(sigma / ||c||) over the training voxels: centre, and extremes relative to it.
struct NoiseRange {
  float center = 0, minimum = 0, maximum = 0;
};

}  // namespace crbrt::trainer
