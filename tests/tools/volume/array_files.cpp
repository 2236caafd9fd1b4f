// SPDX-License-Identifier: Apache-2.0
// Arrays as NumPy, BART and MATLAB write them, from their descriptions: no reader of ours, and no library that we read with.
#include <zlib.h>

#include <algorithm>
#include <bit>
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

/// The elements of a MAT file of version 5 whose numbers are of type T.
template <class T>
struct MatWriter {
  static constexpr bool is_double = sizeof(T) == sizeof(double);
  static constexpr MatType number_type = is_double ? mi_double : mi_single;
  ByteOrder order;

  template <class Number>
  void append_number(std::string& bytes, Number number) const {
    append(bytes, number);
    if (order == ByteOrder::swapped) std::reverse(bytes.end() - std::ptrdiff_t{sizeof number}, bytes.end());
  }

  /// Tag and data. All but compressed elements have zeros behind them, up to a multiple of eight bytes.
  std::string element(MatType type, const std::string& data) const {
    std::string bytes;
    append_number(bytes, static_cast<std::uint32_t>(type));
    append_number(bytes, static_cast<std::uint32_t>(data.size()));
    bytes += data;
    if (type != mi_compressed) bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
    return bytes;
  }

  std::string matrix(const std::string& name, const Extents& shape, std::uint32_t class_and_flags,
                     const std::string& content) const {
    std::string flags, extents;
    append_number(flags, class_and_flags);
    append_number(flags, std::uint32_t{0});
    for (const std::size_t extent : shape) append_number(extents, static_cast<std::int32_t>(extent));
    return element(mi_matrix, element(mi_uint32, flags) + element(mi_int32, extents) + element(mi_int8, name) + content);
  }

  std::string structure(const MatVariable& variable) const {
    constexpr std::uint32_t class_struct = 2;
    constexpr std::int32_t name_bytes = 32;
    std::string length, names, fields;  // the length lies in its tag, as MATLAB has it and matio expects it
    append_number(length, std::uint32_t{mi_int32 | sizeof name_bytes << 16});
    append_number(length, name_bytes);
    for (const MatVariable& field : variable.elements.front())
      names += field.name + std::string(name_bytes - field.name.size(), '\0');
    for (const auto& each : variable.elements)
      for (MatVariable field : each) {
        field.name.clear();  // fields have no name of their own
        fields += any(field);
      }
    return matrix(variable.name, {1, variable.elements.size()}, class_struct, length + element(mi_int8, names) + fields);
  }

  std::string any(const MatVariable& variable) const {
    constexpr std::uint32_t class_double = 6, class_single = 7, complex_flag = 0x0800;
    if (!variable.elements.empty()) return structure(variable);
    const bool is_complex =
        std::any_of(variable.values.begin(), variable.values.end(), [](std::complex<float> v) { return v.imag() != 0; });
    std::string real, imag;
    for (const auto& value : variable.values) {
      append_number(real, static_cast<T>(value.real()));
      append_number(imag, static_cast<T>(value.imag()));
    }
    return matrix(variable.name, variable.extents, (is_double ? class_double : class_single) | (is_complex ? complex_flag : 0u),
                  element(number_type, real) + (is_complex ? element(number_type, imag) : ""));
  }
};

std::string deflated(const std::string& plain) {
  uLongf size = compressBound(plain.size());
  std::string packed(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(plain.data()), plain.size()) !=
      Z_OK)
    throw std::runtime_error("cannot compress");
  packed.resize(size);
  return packed;
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
void write_npy_half(const fs::path& path, const Extents& extents, const std::vector<std::uint16_t>& halves, NumpyOrder order,
                    ByteOrder bytes) {
  std::vector<std::uint16_t> stored = halves;
  for (std::uint16_t& half : stored)
    if (bytes == ByteOrder::swapped) half = static_cast<std::uint16_t>(half << 8 | half >> 8);
  write_numpy(path, extents, bytes == ByteOrder::swapped ? ">f2" : "<f2", stored, order);
}
void write_npy_real(const fs::path& path, const Extents& extents, const std::vector<float>& values, NumpyOrder order) {
  write_numpy(path, extents, "<f4", values, order);
}

template <class T>
void write_mat5(const fs::path& path, const std::vector<MatVariable>& variables, MatCompression compression, ByteOrder order) {
  const MatWriter<T> writer{order};
  std::string bytes = "MATLAB 5.0 MAT-file, made up";
  bytes.resize(124, ' ');
  writer.append_number(bytes, std::uint16_t{0x0100});
  writer.append_number(bytes, static_cast<std::uint16_t>('M' << 8 | 'I'));
  for (const MatVariable& variable : variables) {
    std::string matrix = writer.any(variable);
    if (compression == MatCompression::zlib_unpadded) matrix.resize(matrix.size() - 4);
    bytes += compression == MatCompression::none ? matrix : writer.element(mi_compressed, deflated(matrix));
  }
  write_text(path, bytes);
}
template void write_mat5<float>(const fs::path&, const std::vector<MatVariable>&, MatCompression, ByteOrder);
template void write_mat5<double>(const fs::path&, const std::vector<MatVariable>&, MatCompression, ByteOrder);

void write_mat4(const fs::path& path, const MatVariable& matrix, ByteOrder order) {
  const bool is_big_endian = (order == ByteOrder::swapped) == (std::endian::native == std::endian::little);
  const MatWriter<float> writer{order};
  std::string bytes;
  constexpr std::int32_t single = 10, big_endian = 1000;
  const std::int32_t header[] = {single + (is_big_endian ? big_endian : 0), static_cast<std::int32_t>(matrix.extents[0]),
                                 static_cast<std::int32_t>(matrix.extents[1]), 1,
                                 static_cast<std::int32_t>(matrix.name.size() + 1)};
  for (const std::int32_t word : header) writer.append_number(bytes, word);
  bytes += matrix.name + '\0';
  for (const auto& value : matrix.values) writer.append_number(bytes, value.real());
  for (const auto& value : matrix.values) writer.append_number(bytes, value.imag());
  write_text(path, bytes);
}

std::string gunzipped(const fs::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string plain, piece(1 << 16, '\0');
  for (int n; (n = gzread(file.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0;)
    plain.append(piece, 0, static_cast<std::size_t>(n));
  return plain;
}

}  // namespace crbrt::tests
