// SPDX-License-Identifier: Apache-2.0
/// The end of a forward network while it is trained: from what the last layer gives, values and derivatives along one
/// direction, to the loss and back.
///
///   part[j]  = sum_r table[r, j](place) latent[r]     cubic B-splines; without a table scale latent[j]
///   e[j]     = part[j] - target[j]                    in standard deviations of the noise at SNR 100
///   p[i]     = sum_j directions[i, j] e[j]            in sqrt(CRB) at SNR 100
///   d[j]     = derivative of part[j] - its target
///   loss     = mean_i p[i]^2 + residual_weight mean_j e[j]^2 + derivative_weight sum_j d[j]^2
///
/// Plain loops over plain arrays, one fingerprint after the other: LibTorch would have to gather four control points of every
/// fingerprint into memory first.
#pragma once

#include <cstddef>
#include <vector>

namespace crbrt::trainer {

struct HeadShape {
  std::size_t n_part = 0, n_latent = 0, n_wanted = 0;
  std::size_t intervals = 0;  ///< of the table; 0: none, and n_latent is n_part
  double residual_weight = 0, derivative_weight = 0;
  float scale = 1;  ///< without a table a part is `scale` times its latent factor, so that these are of unit size
};

/// Arrays of n fingerprints. Those of derivatives are null where none are wanted.
struct HeadBatch {
  std::size_t n = 0;
  const float* table = nullptr;            ///< [intervals + 3][n_part][n_latent], or null
  const float* place = nullptr;            ///< [n], or null
  const float* latent = nullptr;           ///< [n, n_latent]
  const float* targets = nullptr;          ///< [n, n_part]
  const float* directions = nullptr;       ///< [n, n_wanted, n_part]
  const float* weights = nullptr;          ///< [n] of each loss in the mean; null: 1
  const float* place_tangents = nullptr;   ///< [n] with a table
  const float* latent_tangents = nullptr;  ///< [n, n_latent]
  const float* target_tangents = nullptr;  ///< [n, n_part]
};

/// What a batch gives; a null pointer is not wanted. Gradients are those of the mean loss.
struct HeadResults {
  float* latent_gradient = nullptr;          ///< [n, n_latent]
  float* latent_tangent_gradient = nullptr;  ///< [n, n_latent], with derivatives
  float* projected = nullptr;                ///< [n, n_wanted] p
  float* losses = nullptr;                   ///< [n] without weight
  float* residual = nullptr;                 ///< [n] mean_j e^2
  float* derivative = nullptr;               ///< [n] sum_j d^2
  double loss = 0;                           ///< weighted mean over the batch
};

/// `space` is memory that is used again.
void run_head(const HeadShape& shape, const HeadBatch& batch, HeadResults& results, std::vector<float>& space);

}  // namespace crbrt::trainer
