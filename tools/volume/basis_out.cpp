// SPDX-License-Identifier: Apache-2.0
// What stands in each file is little, so that it is written here and not by the libraries that read it: matio leaves the time
// in its files.
#include "tools/volume/basis_out.h"

#include <array>
#include <bit>
#include <complex>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"
#include "physics/io/hdf5_writer.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;
using physics::Basis;

static_assert(std::endian::native == std::endian::little, ".npy and .cfl are written in the order of memory");

/// The numbers column by column, as they lie in memory.
template <class Number>
std::string bytes_of(const Basis& basis) {
  const auto text = [](const auto& numbers) {
    return std::string(reinterpret_cast<const char*>(numbers.data()),
                       static_cast<std::size_t>(numbers.size()) * sizeof *numbers.data());
  };
  if constexpr (std::is_same_v<Number, double>)
    return text(basis.real());
  else
    return text(basis.complex().template cast<Number>().eval());
}

/// `is_matlab`: dimensions are reversed, so that columns stay columns; HDF5's own are rows first.
void write_array(physics::Hdf5Writer& file, const Basis& basis, bool is_matlab) {
  const auto n_frame = static_cast<std::size_t>(basis.rows()), n_coeff = static_cast<std::size_t>(basis.cols());
  const physics::Shape shape = is_matlab ? physics::Shape{n_coeff, n_frame} : physics::Shape{n_frame, n_coeff};
  if (basis.is_complex()) {
    const Eigen::MatrixXcd u = basis.complex();
    file.write("basis", shape, (is_matlab ? u : Eigen::MatrixXcd(u.transpose())).eval().data());
  } else {
    file.write("basis", shape, (is_matlab ? basis.real() : Eigen::MatrixXd(basis.real().transpose())).eval().data());
  }
}

void write_hdf5(const fs::path& path, const Basis& basis) {
  base::AtomicFile output(path);
  physics::Hdf5Writer file(output.temporary().string(), path.string());
  write_array(file, basis, false);
  file.close();
  output.commit();
}

/// What stands before HDF5 in a MAT file of version 7.3: a text, no subsystem, the version, and "IM" in the order of bytes.
constexpr std::size_t n_user_byte = 512;
std::string matlab_header() {
  constexpr std::size_t text_length = 116, subsystem_length = 8;
  std::string header = "MATLAB 7.3 MAT-file, written by crbrt, HDF5 schema 1.00 .";
  header.resize(text_length, ' ');
  header.append(subsystem_length, '\0').append("\0\2IM", 4);
  header.resize(n_user_byte, '\0');
  return header;
}

void write_mat(const fs::path& path, const Basis& basis) {
  base::AtomicFile output(path);
  physics::Hdf5Writer file(output.temporary().string(), path.string(), n_user_byte);
  write_array(file, basis, true);
  file.fixed_attribute("basis", "MATLAB_class", "double");
  file.close();
  std::fstream front(output.temporary(), std::ios::binary | std::ios::in | std::ios::out);
  front << matlab_header() << std::flush;
  if (!front) throw base::OutputError(path.string(), "the header in front of HDF5 is refused");
  front.close();
  output.commit();
}

void write_npy(const fs::path& path, const Basis& basis) {
  constexpr std::size_t alignment = 64, n_before = 10;  // of the numbers; magic, version and length
  std::string header = std::string("{'descr': '") + (basis.is_complex() ? "<c16" : "<f8") +
                       "', 'fortran_order': True, 'shape': (" + std::to_string(basis.rows()) + ", " +
                       std::to_string(basis.cols()) + "), }";
  header.resize((n_before + header.size() + alignment) / alignment * alignment - n_before - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\1\0", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  base::write_text_file(path,
                        file + header + (basis.is_complex() ? bytes_of<std::complex<double>>(basis) : bytes_of<double>(basis)));
}

void write_cfl(const fs::path& path, const Basis& basis) {
  base::AtomicFile numbers(path), header(fs::path(path).replace_extension(".hdr"));
  base::write_text(numbers.temporary(), bytes_of<std::complex<float>>(basis), numbers.target());
  base::write_text(
      header.temporary(),
      "# Dimensions\n1 1 1 1 1 " + std::to_string(basis.rows()) + " " + std::to_string(basis.cols()) + " 1 1 1 1 1 1 1 1 1\n",
      header.target());
  numbers.commit();
  header.commit();
}

struct Format {
  std::string_view ending;
  void (*write)(const fs::path& path, const Basis& basis);
};
constexpr std::array<Format, 4> formats{{{".h5", write_hdf5}, {".mat", write_mat}, {".npy", write_npy}, {".cfl", write_cfl}}};

}  // namespace

void write_basis(const fs::path& path, const Basis& basis) {
  for (const Format& format : formats)
    if (path.extension() == format.ending) return format.write(path, basis);
  throw base::UsageError(path.string() + ": expected a name that ends in .h5, .mat, .npy or .cfl");
}

}  // namespace crbrt::volume
