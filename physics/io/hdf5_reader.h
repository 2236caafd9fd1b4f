// SPDX-License-Identifier: Apache-2.0
/// Reads real and complex arrays and attributes of an HDF5 (or MAT v7.3) file, in a child process for each answer, because a
/// damaged file can crash HDF5. Every member throws base::InputError naming the file, what was expected and what was found.
/// Dimensions are as HDF5 shows them, values row-major. A name may be that of Octave's group around a data set `value`.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded_reader.h"

namespace crbrt::physics {

using Shape = std::vector<std::size_t>;

template <class Value>
struct Array {
  Shape shape;
  std::vector<Value> values;
};

/// "[60000, 13]"
std::string shape_text(const Shape& shape);

class Hdf5File;

class Hdf5Reader {
 public:
  explicit Hdf5Reader(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  bool has(const std::string& name) const;
  bool is_array(const std::string& name) const;                              ///< no scalar
  bool is_real(const std::string& name) const;                               ///< integers or floating-point numbers
  Array<double> real(const std::string& name) const;                         ///< any integer or floating-point type
  Array<std::complex<double>> complex(const std::string& name) const;        ///< any Hdf5ComplexMembers
  Array<std::complex<float>> complex_single(const std::string& name) const;  ///< the same, rounded

  /// Attributes of the file (object "/") or of a dataset.
  bool has_attribute(const std::string& object, const std::string& name) const;
  std::string text_attribute(const std::string& object, const std::string& name) const;
  double number_attribute(const std::string& object, const std::string& name) const;
  std::vector<std::string> names_attribute(const std::string& object, const std::string& name) const;

  /// Throws unless the array has this shape; npos is any extent.
  void expect_shape(const std::string& name, const Shape& found, const Shape& expected) const;
  static constexpr std::size_t any = static_cast<std::size_t>(-1);

 private:
  using Question = std::function<void(const Hdf5File& file, const base::GuardedSender& answer)>;
  /// Starts a child that opens the file and answers.
  base::GuardedReader ask(const Question& question) const;

  std::string path_;
  /// Every child opens this file: another one that takes its name meanwhile is refused, and never mixed with it.
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace crbrt::physics
