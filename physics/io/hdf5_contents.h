// SPDX-License-Identifier: Apache-2.0
/// What an HDF5 file holds, whoever wrote it: MATLAB 7.3, Octave, h5py, Julia, ISMRMRD. Private to physics/io and its users of
/// HDF5.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

/// Complex numbers are compounds of two numbers, which programs call {real, imag}, {r, i} or {re, im} and so on, in any order
/// and of any type.
struct Hdf5ComplexMembers {
  std::string real, imag;  ///< as the file spells them
  bool fit_float;          ///< float, or integers of at most 16 bits
};
std::optional<Hdf5ComplexMembers> hdf5_complex_members(hid_t type);

/// What the elements of a type are: "complex", "text", "records", ..., empty for real numbers.
std::string hdf5_kind_text(hid_t type);

/// A data set of a file.
struct Hdf5Entry {
  std::string name;                ///< "recon/x"
  std::vector<std::size_t> shape;  ///< as HDF5 lists it, the slowest dimension first
  std::string kind;                ///< hdf5_kind_text()
  bool is_number;                  ///< real or complex
};

/// The data sets of a file or group and of all groups below, in alphabetical order; not more than some hundred of them, and
/// none of MATLAB's own groups (#refs#).
std::vector<Hdf5Entry> hdf5_contents(hid_t file);

/// MATLAB marks an empty array, which it writes as a data set of its extents, by this attribute.
inline constexpr const char* hdf5_empty_mark = "MATLAB_empty";

/// The extents of a data set, the slowest first; none of a scalar.
std::vector<std::size_t> hdf5_shape(hid_t dataset);

/// Opens `name`, or the data set `value` (Octave) or `data` (ISMRMRD) in the group of that name. Not ok() where there
/// is none.
Hdf5Handle open_hdf5_dataset(hid_t file, const std::string& name);

/// The same; where there is none, throws base::InputError with `path`, `name` and what `contents_of` says of the file.
Hdf5Handle expect_hdf5_dataset(hid_t file, const std::string& path, const std::string& name,
                               std::string (*contents_of)(hid_t file));

/// Why H5Fopen() refuses a file that has HDF5's signature.
std::string hdf5_refusal();

}  // namespace crbrt::physics
