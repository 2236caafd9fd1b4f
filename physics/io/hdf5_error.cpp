// SPDX-License-Identifier: Apache-2.0
// Reads HDF5's error stack and makes the two memory types that all files share.
#include <string_view>

#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {
namespace {

// The stack is walked from the innermost error outwards; the first description is the cause.
herr_t keep_first(unsigned, const H5E_error2_t* error, void* out) {
  std::string& text = *static_cast<std::string*>(out);
  if (text.empty() && error->desc != nullptr) text = error->desc;
  return 0;
}

}  // namespace

void prepare_hdf5() {
  static const herr_t no_cleanup = H5dont_atexit();  // counts only before the library starts
  static_cast<void>(no_cleanup);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string hdf5_reason() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
  // "file write failed: time = ..., errno = 28, error message = 'No space left on device', buf = ..."
  constexpr std::string_view mark = "error message = '";
  if (const std::size_t begin = text.find(mark); begin != std::string::npos) {
    const std::size_t from = begin + mark.size();
    return text.substr(from, text.find('\'', from) - from);
  }
  return text.empty() ? "an unknown HDF5 error" : text;
}

Hdf5Handle hdf5_complex_type(const std::string& real, const std::string& imag, hid_t number) {
  Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 2 * H5Tget_size(number)), H5Tclose);
  H5Tinsert(type.get(), real.c_str(), 0, number);
  H5Tinsert(type.get(), imag.c_str(), H5Tget_size(number), number);
  return type;
}

Hdf5Handle hdf5_text_type() {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace crbrt::physics
