// Arrays as NumPy, BART and MATLAB write them, from their descriptions: no reader of ours, and no library that we read with.
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

template <class T>
void append(std::string& bytes, const T& number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class T>
void append_all(std::string& bytes, const std::vector<T>& numbers) {
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}

enum RawKind : std::uint64_t { raw_float = 3, raw_complex = 4 };

template <class T>
void write_raw(const fs::path& path, const Extents& extents, RawKind kind, const std::vector<T>& values) {
  std::string bytes = "rawarray";
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{kind}, std::uint64_t{sizeof(T)},
                                   std::uint64_t{values.size() * sizeof(T)}, std::uint64_t{extents.size()}})
    append(bytes, word);
  for (const std::size_t extent : extents) append(bytes, std::uint64_t{extent});
  append_all(bytes, values);
  write_text(path, bytes);
}

/// Values with the first dimension fastest, in the order with the last fastest.
template <class T>
std::vector<T> in_numpy_order(const Extents& extents, const std::vector<T>& values) {
  std::vector<T> turned;
  Extents index(extents.size(), 0);
  for (std::size_t n = 0; n < values.size(); ++n) {
    std::size_t at = 0;
    for (std::size_t d = extents.size(); d-- > 0;) at = at * extents[d] + index[d];
    turned.push_back(values[at]);
    for (std::size_t d = extents.size(); d-- > 0;) {
      if (++index[d] < extents[d]) break;
      index[d] = 0;
    }
  }
  return turned;
}

template <class T>
void write_numpy(const fs::path& path, const Extents& extents, const char* type, const std::vector<T>& values,
                 NumpyOrder order) {
  std::string shape;
  for (const std::size_t extent : extents) shape += std::to_string(extent) + ", ";
  std::string dictionary = std::string("{'descr': '") + type +
                           "', 'fortran_order': " + (order == NumpyOrder::fortran ? "True" : "False") + ", 'shape': (" + shape +
                           "), }";
  dictionary.resize((10 + dictionary.size() + 64) / 64 * 64 - 10, ' ');
  dictionary.back() = '\n';
  std::string bytes("\x93NUMPY\1\0", 8);
  append(bytes, static_cast<std::uint16_t>(dictionary.size()));
  bytes += dictionary;
  append_all(bytes, order == NumpyOrder::fortran ? values : in_numpy_order(extents, values));
  write_text(path, bytes);
}

enum MatType : std::uint32_t {
  mi_int8 = 1,
  mi_int32 = 5,
  mi_uint32 = 6,
  mi_single = 7,
  mi_double = 9,
  mi_matrix = 14,
  mi_compressed = 15
};

/// Tag, data, and zeros up to a multiple of eight bytes.
std::string mat_element(MatType type, const std::string& data) {
  std::string bytes;
  append(bytes, static_cast<std::uint32_t>(type));
  append(bytes, static_cast<std::uint32_t>(data.size()));
  bytes += data;
  bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
  return bytes;
}

template <class T>
std::string mat_matrix(const MatVariable& variable) {
  constexpr std::uint32_t class_double = 6, class_single = 7, complex_flag = 0x0800;
  constexpr MatType type = sizeof(T) == sizeof(double) ? mi_double : mi_single;
  const bool is_complex =
      std::any_of(variable.values.begin(), variable.values.end(), [](std::complex<float> v) { return v.imag() != 0; });
  std::string flags, extents, real, imag;
  append(flags, (sizeof(T) == sizeof(double) ? class_double : class_single) | (is_complex ? complex_flag : 0u));
  append(flags, std::uint32_t{0});
  for (const std::size_t extent : variable.extents) append(extents, static_cast<std::int32_t>(extent));
  for (const auto& value : variable.values) {
    append(real, static_cast<T>(value.real()));
    append(imag, static_cast<T>(value.imag()));
  }
  return mat_element(mi_matrix, mat_element(mi_uint32, flags) + mat_element(mi_int32, extents) +
                                    mat_element(mi_int8, variable.name) + mat_element(type, real) +
                                    (is_complex ? mat_element(type, imag) : ""));
}

std::string deflated(const std::string& plain) {
  uLongf size = compressBound(plain.size());
  std::string packed(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(plain.data()), plain.size()) !=
      Z_OK)
    throw std::runtime_error("cannot compress");
  packed.resize(size);
  std::string bytes;
  append(bytes, static_cast<std::uint32_t>(mi_compressed));
  append(bytes, static_cast<std::uint32_t>(packed.size()));
  return bytes + packed;
}

}  // namespace

void write_ra(const fs::path& path, const Extents& extents, const Complexes& values) {
  write_raw(path, extents, raw_complex, values);
}
void write_ra_real(const fs::path& path, const Extents& extents, const std::vector<float>& values) {
  write_raw(path, extents, raw_float, values);
}

void write_npy(const fs::path& path, const Extents& extents, const Complexes& values, NumpyOrder order) {
  write_numpy(path, extents, "<c8", values, order);
}
void write_npy_real(const fs::path& path, const Extents& extents, const std::vector<float>& values, NumpyOrder order) {
  write_numpy(path, extents, "<f4", values, order);
}

template <class T>
void write_mat5(const fs::path& path, const std::vector<MatVariable>& variables, MatCompression compression) {
  std::string bytes = "MATLAB 5.0 MAT-file, made up";
  bytes.resize(124, ' ');
  bytes += std::string("\0\1IM", 4);
  for (const MatVariable& variable : variables) {
    const std::string matrix = mat_matrix<T>(variable);
    bytes += compression == MatCompression::zlib ? deflated(matrix) : matrix;
  }
  write_text(path, bytes);
}
template void write_mat5<float>(const fs::path&, const std::vector<MatVariable>&, MatCompression);
template void write_mat5<double>(const fs::path&, const std::vector<MatVariable>&, MatCompression);

std::string gunzipped(const fs::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string plain, piece(1 << 16, '\0');
  for (int n; (n = gzread(file.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0;)
    plain.append(piece, 0, static_cast<std::size_t>(n));
  return plain;
}

}  // namespace crbrt::tests
