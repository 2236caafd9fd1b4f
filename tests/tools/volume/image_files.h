// SPDX-License-Identifier: Apache-2.0
/// Writes image files of every kind for tests: byte for byte as other programs leave them, also the odd ones.
#pragma once

#include <nifti/nifti1.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace crbrt::tests {

using Extents = std::vector<std::size_t>;  ///< first dimension fastest
using Complexes = std::vector<std::complex<float>>;

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

enum class ByteOrder { native, swapped };

struct NiftiFile {
  Extents extents;
  int datatype = DT_COMPLEX64;
  std::vector<std::byte> data;
  std::function<void(nifti_1_header&)> edit = {};  ///< last change of the header before it is written
  ByteOrder order = ByteOrder::native;
};
void write_nifti1(const std::filesystem::path& path, const NiftiFile& file);
void write_nifti2(const std::filesystem::path& path, const NiftiFile& file);  ///< `edit` is not used

/// x.cfl and x.hdr
void write_cfl(const std::filesystem::path& path, const Extents& extents, const Complexes& values);

/// MATLAB's way: `extents` as MATLAB shows them, {real, imag} of `T`. Chunked and compressed as MATLAB does it.
template <class T>
void write_mat(const std::filesystem::path& path, const std::string& dataset, const Extents& extents, const Complexes& values);

/// A real array, e.g. a logical mask (uint8) or a basis (double).
template <class T>
void write_mat_real(const std::filesystem::path& path, const std::string& dataset, const Extents& extents,
                    const std::vector<T>& values);

/// BART's .ra and RawArray files.
void write_ra(const std::filesystem::path& path, const Extents& extents, const Complexes& values);
void write_ra_real(const std::filesystem::path& path, const Extents& extents, const std::vector<float>& values);

/// numpy.save: `extents` as NumPy shows them. `values` first dimension fastest, whatever the order in the file.
enum class NumpyOrder { own, fortran };
void write_npy(const std::filesystem::path& path, const Extents& extents, const Complexes& values, NumpyOrder order);
void write_npy_real(const std::filesystem::path& path, const Extents& extents, const std::vector<float>& values,
                    NumpyOrder order);

/// Half precision as its bits.
void write_npy_half(const std::filesystem::path& path, const Extents& extents, const std::vector<std::uint16_t>& halves,
                    NumpyOrder order, ByteOrder bytes);

/// A variable of a MAT file. Real where every imaginary part is zero; a struct array [1, n] where `elements` holds the fields
/// of each of its n elements, which have the names of the first.
struct MatVariable {
  std::string name;
  Extents extents;
  Complexes values;
  std::vector<std::vector<MatVariable>> elements = {};
};

/// MAT version 5 of class T (float, double), or version 7, whose variables are compressed, also without the four zeros behind
/// the last number, which some writers leave away.
enum class MatCompression { none, zlib, zlib_unpadded };
template <class T>
void write_mat5(const std::filesystem::path& path, const std::vector<MatVariable>& variables,
                MatCompression compression = MatCompression::none, ByteOrder order = ByteOrder::native);
/// MAT version 4: one complex matrix of single precision.
void write_mat4(const std::filesystem::path& path, const MatVariable& matrix, ByteOrder order = ByteOrder::native);

/// A compound data set of HDF5 with members of these names in this order; `imag_first`: the second number is the real part.
/// Groups in the name are made.
struct CompoundFile {
  std::string dataset;
  Extents extents;  ///< first dimension fastest
  std::string first, second;
  bool imag_first = false;
};
template <class T>
void write_compound(const std::filesystem::path& path, const CompoundFile& file, const Complexes& values);

void write_text(const std::filesystem::path& path, const std::string& text);
void gzip(const std::filesystem::path& from, const std::filesystem::path& to);
std::string gunzipped(const std::filesystem::path& path);
void cut(const std::filesystem::path& path, std::size_t bytes_off);  ///< takes bytes off the end

/// The numbers of a file that write_nifti() made, without its header.
template <class T>
std::vector<T> nifti_values(const std::filesystem::path& path);
nifti_1_header nifti_header(const std::filesystem::path& path);

/// Names of everything in a folder, hidden files too, sorted.
std::vector<std::string> listing(const std::filesystem::path& folder);

}  // namespace crbrt::tests
