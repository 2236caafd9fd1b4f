/// Bases from files of every format that images come in.
#pragma once

#include <Eigen/Core>
#include <string>

namespace crbrt::volume {

/// A basis [n_frame, n_coeff], at least as many frames as coefficients, from an array of that shape (dimensions of 1 do not
/// matter): "U.npy", "basis.cfl", "basis.mat:U", "f.h5:basis". Without a name, a file of several arrays gives `basis` or `U`.
/// In an HDF5 file that MATLAB did not write, the array may lie either way round, because programs differ in it; the longer
/// side counts frames. Complex numbers are accepted where the imaginary parts are rounding. `rank` > 0 takes the leading
/// columns. Columns must be orthonormal. Throws InputError.
Eigen::MatrixXd read_basis(const std::string& spec, Eigen::Index rank = 0);

}  // namespace crbrt::volume
