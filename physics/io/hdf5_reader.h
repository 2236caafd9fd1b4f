/// Reads real and complex arrays and attributes of an HDF5 (or MAT v7.3) file. Every member throws base::InputError naming the
/// file, what was expected and what was found. Dimensions are as HDF5 shows them, values row-major.
#pragma once

#include <complex>
#include <cstddef>
#include <string>
#include <vector>

#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

using Shape = std::vector<std::size_t>;

template <class Value>
struct Array {
  Shape shape;
  std::vector<Value> values;
};

/// "[60000, 13]"
std::string shape_text(const Shape& shape);

class Hdf5Reader {
 public:
  explicit Hdf5Reader(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  bool has(const std::string& name) const;
  Array<double> real(const std::string& name) const;                   ///< any integer or floating-point type
  Array<std::complex<double>> complex(const std::string& name) const;  ///< compound {real, imag}

  /// Attributes of the file (object "/") or of a dataset.
  std::string text_attribute(const std::string& object, const std::string& name) const;
  double number_attribute(const std::string& object, const std::string& name) const;
  std::vector<std::string> names_attribute(const std::string& object, const std::string& name) const;

  /// Throws unless the array has this shape; npos is any extent.
  void expect_shape(const std::string& name, const Shape& found, const Shape& expected) const;
  static constexpr std::size_t any = static_cast<std::size_t>(-1);

 private:
  /// Extents cost nothing: throws InputError for a dataset that promises more than the file can hold.
  void expect_holds(const std::string& name, const Shape& shape, hid_t dataset) const;
  Hdf5Handle open_dataset(const std::string& name, H5T_class_t expected_class, const char* expected) const;
  Hdf5Handle open_attribute(const std::string& object, const std::string& name) const;
  std::string dataset_names() const;
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const;

  std::string path_;
  Hdf5Handle file_;
};

/// Does the file carry HDF5's signature? False also when it is missing.
bool is_hdf5(const std::string& path);

}  // namespace crbrt::physics
