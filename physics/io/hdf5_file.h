// SPDX-License-Identifier: Apache-2.0
/// What the child process of Hdf5Reader does with a file: everything in here calls HDF5, which a damaged file may crash.
/// Private to physics/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/guarded_reader.h"
#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

class Hdf5File {
 public:
  enum class Numbers { real, complex, complex_single };

  /// `shown` is what messages name, `opened` the path of the same file.
  Hdf5File(std::string shown, const std::string& opened);

  bool has(const std::string& name) const;
  bool is_array(const std::string& name) const;
  bool is_real(const std::string& name) const;
  bool has_attribute(const std::string& object, const std::string& name) const;
  /// Sends the number of dimensions, the extents and the elements: doubles, or pairs of them or of floats.
  void send_array(const std::string& name, Numbers numbers, const base::GuardedSender& sender) const;
  /// Of the file (object "/") or of a data set.
  std::vector<std::string> names_attribute(const std::string& object, const std::string& name) const;
  double number_attribute(const std::string& object, const std::string& name) const;

 private:
  Hdf5Handle memory_type(const std::string& name, Numbers numbers, hid_t stored) const;
  /// Extents cost nothing: throws InputError for a data set that promises more than its files can hold.
  void expect_holds(const std::string& name, const std::vector<std::size_t>& shape, hid_t dataset,
                    std::uint64_t file_bytes) const;
  Hdf5Handle open_attribute(const std::string& object, const std::string& name) const;
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const;

  std::string shown_;
  Hdf5Handle file_;
};

}  // namespace crbrt::physics
