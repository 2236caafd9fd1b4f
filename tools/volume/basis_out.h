// SPDX-License-Identifier: Apache-2.0
/// Bases to files that reconstructions read.
#pragma once

#include <filesystem>

#include "physics/basis.h"

namespace crbrt::volume {

/// Writes U [n_frame, n_coeff] in the format of the name's ending; read_basis() reads each of them again.
///   .h5   data set `basis` [n_frame, n_coeff] as HDF5 and h5py show it, double
///   .mat  MATLAB's v7.3: variable `basis` [n_frame, n_coeff] as MATLAB shows it, double
///   .npy  [n_frame, n_coeff] in Fortran's order, double
///   .cfl  and .hdr beside it: frames in dimension 5, coefficients in dimension 6, as `bart pics -B` takes it; single precision
/// A complex basis has complex numbers; in .h5 and .mat they are compounds {real, imag}. Bytes depend on the basis alone.
/// Throws base::UsageError for another ending, base::OutputError.
void write_basis(const std::filesystem::path& path, const physics::Basis& basis);

}  // namespace crbrt::volume
