// SPDX-License-Identifier: Apache-2.0
/// Bases from files of every format that images come in.
#pragma once

#include <Eigen/Core>
#include <string>

#include "base/warnings.h"
#include "physics/basis.h"

namespace crbrt::volume {

/// A basis [n_frame, n_coeff], at least as many frames as coefficients, from an array of that shape (dimensions of 1 do not
/// matter): "U.npy", "basis.cfl", "basis.mat:U", "f.h5:basis". Without a name, a file of several arrays gives `basis` or `U`.
/// In an HDF5 file that MATLAB did not write, the array may lie either way round, because programs differ in it; the longer
/// side counts frames. Complex numbers are real where the imaginary parts are rounding: at most 1e-6 of the largest number.
/// `rank` > 0 takes the leading columns.
///
/// Columns must be orthonormal (1e-4). Orthogonal ones of one common norm are divided by it, with a warning: coefficients in
/// them are in another unit, as M0 is, and nothing else changes. Orthogonal ones of different norms, as U times singular
/// values has them, are refused: their coefficients are other ones. Throws InputError.
physics::Basis read_basis(const std::string& spec, base::Warnings& warnings, Eigen::Index rank = 0);

}  // namespace crbrt::volume
