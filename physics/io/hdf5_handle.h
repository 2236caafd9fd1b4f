// SPDX-License-Identifier: Apache-2.0
/// Ownership of HDF5 identifiers, and the library's own words for what went wrong. Private to physics/io and its users of HDF5.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace crbrt::physics {

/// Closes its identifier with the function of its kind. Failures of closing are ignored here: who must know calls it by hand.
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) noexcept : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
    return *this;
  }
  ~Hdf5Handle() { reset(); }

  hid_t get() const noexcept { return id_; }
  bool ok() const noexcept { return id_ >= 0; }
  hid_t release() noexcept { return std::exchange(id_, -1); }

 private:
  void reset() noexcept {
    if (id_ >= 0) close_(id_);
    id_ = -1;
  }
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

/// To be called before the library's first use. Stops it from printing its error stack (hdf5_reason() reads it), and from
/// cleaning up at the end of the program: after a failed write that would touch the broken file again, and crash.
void prepare_hdf5();

/// The cause of the last failure in this thread: the operating system's text where there is one, else the innermost message.
std::string hdf5_reason();

/// Memory types: a pair of numbers (doubles where nothing else is said) whose members have these names, the real part first,
/// and a variable-length UTF-8 text.
Hdf5Handle hdf5_complex_type(const std::string& real = "real", const std::string& imag = "imag",
                             hid_t number = H5T_NATIVE_DOUBLE);
Hdf5Handle hdf5_text_type();

}  // namespace crbrt::physics
