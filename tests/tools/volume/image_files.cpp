// SPDX-License-Identifier: Apache-2.0
// Independent of tools/volume on purpose: what reads and what writes must not share a mistake.
#include "tests/tools/volume/image_files.h"

#include <hdf5.h>
#include <libdeflate.h>
#include <nifti/nifti2_io.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

int parts(int datatype) { return datatype == DT_COMPLEX64 || datatype == DT_COMPLEX128 ? 2 : 1; }

std::vector<std::byte> in_order(const NiftiFile& file) {
  std::vector<std::byte> data = file.data;
  int width = 0, unused = 0;
  nifti_datatype_sizes(file.datatype, &width, &unused);
  width /= parts(file.datatype);
  if (file.order == ByteOrder::swapped && width > 1) {
    nifti_swap_Nbytes(static_cast<int64_t>(data.size()) / width, width, data.data());
  }
  return data;
}

void write_bytes(const fs::path& path, std::initializer_list<std::span<const std::byte>> pieces) {
  std::ofstream file(path, std::ios::binary);
  for (const auto& piece : pieces)
    file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

template <class Header>
std::span<const std::byte> header_bytes(const Header& header) {
  return std::as_bytes(std::span(&header, 1));
}

template <class T>
hid_t native_type();
template <>
hid_t native_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t native_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
hid_t native_type<std::int16_t>() {
  return H5T_NATIVE_INT16;
}

void write_dataset(const fs::path& path, const std::string& name, const Extents& extents, hid_t type, const void* values) {
  const bool exists = fs::exists(path);
  const hid_t file = exists ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                            : H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<hsize_t> size(extents.rbegin(), extents.rend());
  const int rank = static_cast<int>(size.size());
  const hid_t space = H5Screate_simple(rank, size.data(), nullptr);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  std::vector<hsize_t> chunk(size);
  for (hsize_t& extent : chunk) extent = (extent + 1) / 2;
  H5Pset_chunk(properties, rank, chunk.data());
  H5Pset_deflate(properties, 3);
  const hid_t groups = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(groups, 1);
  const hid_t dataset = H5Dcreate2(file, name.c_str(), type, space, groups, properties, H5P_DEFAULT);
  H5Pclose(groups);
  const herr_t result = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
  H5Fclose(file);
  if (result < 0) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

void write_nifti1(const fs::path& path, const NiftiFile& file) {
  std::int64_t dims[8] = {static_cast<std::int64_t>(file.extents.size()), 1, 1, 1, 1, 1, 1, 1};
  std::copy(file.extents.begin(), file.extents.end(), dims + 1);
  const std::unique_ptr<nifti_1_header, void (*)(void*)> header(nifti_make_new_n1_header(dims, file.datatype), std::free);
  header->vox_offset = 352;
  std::memcpy(header->magic, "n+1", 4);
  if (file.edit) file.edit(*header);
  if (file.order == ByteOrder::swapped) swap_nifti_header(header.get(), 1);
  const std::vector<std::byte> data = in_order(file), no_extension(4);
  write_bytes(path, {header_bytes(*header), no_extension, data});
}

void write_nifti2(const fs::path& path, const NiftiFile& file) {
  nifti_2_header header{};
  header.sizeof_hdr = 540;
  std::memcpy(header.magic, "n+2\0\r\n\032\n", 8);
  header.datatype = static_cast<std::int16_t>(file.datatype);
  int width = 0, unused = 0;
  nifti_datatype_sizes(file.datatype, &width, &unused);
  header.bitpix = static_cast<std::int16_t>(8 * width);
  std::fill(std::begin(header.dim), std::end(header.dim), 1);
  std::fill(std::begin(header.pixdim), std::end(header.pixdim), 1.0);
  header.dim[0] = static_cast<std::int64_t>(file.extents.size());
  std::copy(file.extents.begin(), file.extents.end(), header.dim + 1);
  header.vox_offset = 544;
  const std::vector<std::byte> data = in_order(file), no_extension(4);
  write_bytes(path, {header_bytes(header), no_extension, data});
}

void write_cfl(const fs::path& path, const Extents& extents, const Complexes& values) {
  write_bytes(path, {std::as_bytes(std::span(values))});
  std::string text = "# Dimensions\n";
  for (std::size_t i = 0; i < 16; ++i) text += std::to_string(i < extents.size() ? extents[i] : 1) + " ";
  write_text(fs::path(path).replace_extension(".hdr"), text + "\n# Command\nmade up\n");
}

template <class T>
void write_mat(const fs::path& path, const std::string& dataset, const Extents& extents, const Complexes& values) {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 2 * sizeof(T));
  H5Tinsert(type, "real", 0, native_type<T>());
  H5Tinsert(type, "imag", sizeof(T), native_type<T>());
  const std::vector<std::complex<T>> converted(values.begin(), values.end());
  write_dataset(path, dataset, extents, type, converted.data());
  H5Tclose(type);
}
template void write_mat<float>(const fs::path&, const std::string&, const Extents&, const Complexes&);
template void write_mat<double>(const fs::path&, const std::string&, const Extents&, const Complexes&);

template <class T>
void write_mat_real(const fs::path& path, const std::string& dataset, const Extents& extents, const std::vector<T>& values) {
  write_dataset(path, dataset, extents, native_type<T>(), values.data());
}
template void write_mat_real<float>(const fs::path&, const std::string&, const Extents&, const std::vector<float>&);
template void write_mat_real<double>(const fs::path&, const std::string&, const Extents&, const std::vector<double>&);
template void write_mat_real<std::uint8_t>(const fs::path&, const std::string&, const Extents&,
                                           const std::vector<std::uint8_t>&);

template <class T>
void write_compound(const fs::path& path, const CompoundFile& file, const Complexes& values) {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 2 * sizeof(T));
  H5Tinsert(type, file.first.c_str(), 0, native_type<T>());
  H5Tinsert(type, file.second.c_str(), sizeof(T), native_type<T>());
  std::vector<T> numbers;
  for (const auto& value : values) {
    numbers.push_back(static_cast<T>(file.imag_first ? value.imag() : value.real()));
    numbers.push_back(static_cast<T>(file.imag_first ? value.real() : value.imag()));
  }
  write_dataset(path, file.dataset, file.extents, type, numbers.data());
  H5Tclose(type);
}
template void write_compound<float>(const fs::path&, const CompoundFile&, const Complexes&);
template void write_compound<double>(const fs::path&, const CompoundFile&, const Complexes&);
template void write_compound<std::int16_t>(const fs::path&, const CompoundFile&, const Complexes&);

void write_text(const fs::path& path, const std::string& text) { write_bytes(path, {std::as_bytes(std::span(text))}); }

void gzip(const fs::path& from, const fs::path& to) {
  const std::string plain = content_of(from.string());
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflater(libdeflate_alloc_compressor(6),
                                                                                          libdeflate_free_compressor);
  std::string packed(libdeflate_gzip_compress_bound(deflater.get(), plain.size()), '\0');
  packed.resize(libdeflate_gzip_compress(deflater.get(), plain.data(), plain.size(), packed.data(), packed.size()));
  write_text(to, packed);
}

void cut(const fs::path& path, std::size_t bytes_off) { fs::resize_file(path, fs::file_size(path) - bytes_off); }

template <class T>
std::vector<T> nifti_values(const fs::path& path) {
  const std::string text = content_of(path.string());
  std::vector<T> values((text.size() - 352) / sizeof(T));
  std::memcpy(values.data(), text.data() + 352, values.size() * sizeof(T));
  return values;
}
template std::vector<float> nifti_values<float>(const fs::path&);
template std::vector<std::int32_t> nifti_values<std::int32_t>(const fs::path&);
template Complexes nifti_values<std::complex<float>>(const std::filesystem::path& path);
template std::vector<std::uint8_t> nifti_values<std::uint8_t>(const fs::path&);

nifti_1_header nifti_header(const fs::path& path) {
  nifti_1_header header{};
  std::memcpy(&header, content_of(path.string()).substr(0, sizeof header).data(), sizeof header);
  return header;
}

std::vector<std::string> listing(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace crbrt::tests
