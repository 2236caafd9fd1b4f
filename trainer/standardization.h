/// What the numbers of a trained network refer to, measured once on the training voxels.
#pragma once

#include <vector>

namespace crbrt::trainer {

/// Inputs: x -> (x - mean) / std of every preprocessed coefficient; outputs: offset + scale * network output.
struct Standardization {
  std::vector<float> mean, std;      ///< [2 * n_coeff]
  std::vector<float> offset, scale;  ///< [n_output]
};

/// Of log(sigma / ||c||) over the training voxels: centre, and extremes relative to it.
struct NoiseRange {
  float center = 0, minimum = 0, maximum = 0;
};

}  // namespace crbrt::trainer
