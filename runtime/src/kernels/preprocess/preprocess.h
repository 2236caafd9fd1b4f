// SPDX-License-Identifier: Apache-2.0
/// Coefficients of one tile of voxels -> standardised features in tile order (program.h, struct Preprocessing).
///
///   peak = max_i |c_i|                                   non_finite unless every |c_i| <= FLT_MAX
///                                                        zero_signal if peak < FLT_MIN (zero or denormal)
///   s    = 2^k with peak * s in [1, 4): squares neither overflow nor underflow, and s is exact
///   u    = c[r] / |c[r]|, 1 when phase_reference < 0 or |c[r]| is below FLT_MIN
///   x    = (c * s) * conj(u) / ||c * s|| when l2_normalize, otherwise c * conj(u); as real numbers: n_coeff real parts, then
///          n_coeff imaginary parts
///   g    = -1 when the imaginary part of x of coefficient conjugate_reference is below 0, otherwise 1 (and for -1)
///          imaginary parts *= g, which is exact
///   features[i] = (x[i] - mean[i]) * inverse_std[i]
///
/// A flagged voxel is computed as if its coefficients were zero, so nothing non-finite ever enters the network. Its norm is 1.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"
#include "crbrt/view.h"

namespace crbrt {

/// The norm of each voxel as two exact halves: ||c|| = size / scale, where the quotient itself could over- or underflow.
struct NormTile {
  alignas(layout::arena_alignment) float size[layout::tile_voxels];   ///< ||c * s||, at least 1
  alignas(layout::arena_alignment) float scale[layout::tile_voxels];  ///< s, a power of two
};

struct PreprocessArgs {
  Coefficients in;  ///< n_voxel 1 .. tile_voxels; no memory of others is read; what they get is not said
  Preprocessing preprocessing;
  float* features;           ///< [2 * n_coeff][tile_voxels], aligned to the arena
  NormTile* norm = nullptr;  ///< null: it is not written
};

struct PreprocessFlags {
  layout::VoxelBits non_finite;
  layout::VoxelBits zero_signal;
};

}  // namespace crbrt
