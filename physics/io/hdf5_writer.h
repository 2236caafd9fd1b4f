// SPDX-License-Identifier: Apache-2.0
/// Writes real and complex arrays and attributes to a new HDF5 file. Every member throws base::OutputError naming the file that
/// the output will become, with the operating system's reason. Files of the same content are equal byte for byte (no times).
#pragma once

#include <complex>
#include <cstddef>
#include <string>
#include <vector>

#include "physics/io/hdf5_handle.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {

class Hdf5Writer {
 public:
  /// Creates (or overwrites) `path`; messages name `shown`. Usually path is an AtomicFile's temporary and shown its target.
  /// `n_user_byte` (0, or a power of 2 from 512 on) at the beginning are left to whoever writes them after close().
  Hdf5Writer(const std::string& path, const std::string& shown, std::size_t n_user_byte = 0);

  /// A whole array, row-major.
  void write(const std::string& name, const Shape& shape, const double* values);
  void write(const std::string& name, const Shape& shape, const std::complex<double>* values);
  /// In single precision, which halves what large arrays need.
  void write(const std::string& name, const Shape& shape, const std::complex<float>* values);

  /// An array written row after row: create it, then fill rows [first, first + n) of its first dimension.
  void create_real(const std::string& name, const Shape& shape);
  void create_complex(const std::string& name, const Shape& shape);
  void write_rows(const std::string& name, std::size_t first, std::size_t n, const double* values);
  void write_rows(const std::string& name, std::size_t first, std::size_t n, const std::complex<double>* values);

  /// Attributes of the file (object "/") or of a dataset.
  void attribute(const std::string& object, const std::string& name, const std::string& text);
  void attribute(const std::string& object, const std::string& name, double value);
  void attribute(const std::string& object, const std::string& name, const std::vector<std::string>& names);
  /// Text of a fixed length, as MATLAB writes and expects its own.
  void fixed_attribute(const std::string& object, const std::string& name, const std::string& text);

  /// Flushes and closes. Without it the file is incomplete.
  void close();

 private:
  void create(const std::string& name, const Shape& shape, hid_t type);
  void write_rows(const std::string& name, std::size_t first, std::size_t n, const void* values, hid_t type);
  void write_attribute(const std::string& object, const std::string& name, hid_t type, hid_t space, const void* values);
  void check(bool ok) const;

  std::string shown_;
  Hdf5Handle file_;
};

}  // namespace crbrt::physics
