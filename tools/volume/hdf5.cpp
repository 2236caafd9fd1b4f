// MAT v7.3 and other HDF5 files. The whole data set is read at once: its chunks may hold anything next to anything.
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "physics/io/hdf5_handle.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

using physics::Hdf5Handle;

std::vector<std::size_t> extents_of(const FileSpec& spec, hid_t dataset) {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 1) throw base::InputError(spec.shown, "an array", "a scalar");
  std::vector<hsize_t> size(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), size.data(), nullptr);
  return {size.rbegin(), size.rend()};  // HDF5 lists the slowest dimension first
}

std::string member_name(hid_t type, unsigned index) {
  char* const text = H5Tget_member_name(type, index);
  std::string name = text == nullptr ? "" : text;
  H5free_memory(text);
  return name;
}

bool is_complex_type(hid_t type) {
  return H5Tget_class(type) == H5T_COMPOUND && H5Tget_nmembers(type) == 2 && member_name(type, 0) == "real" &&
         member_name(type, 1) == "imag" && H5Tget_member_class(type, 0) == H5T_FLOAT &&
         H5Tget_member_class(type, 1) == H5T_FLOAT;
}

// Any real or complex number becomes float; a Boolean of h5py is an enumeration of small integers and stays as it is.
Hdf5Handle memory_type(const FileSpec& spec, hid_t stored, Element& element) {
  const H5T_class_t kind = H5Tget_class(stored);
  element = Element::float32;
  if (kind == H5T_FLOAT || kind == H5T_INTEGER) return {H5Tcopy(H5T_NATIVE_FLOAT), H5Tclose};
  if (kind == H5T_ENUM && H5Tget_size(stored) == 1) {
    element = Element::int8;
    return {H5Tcopy(stored), H5Tclose};
  }
  if (is_complex_type(stored)) {
    element = Element::complex64;
    Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 2 * sizeof(float)), H5Tclose);
    H5Tinsert(type.get(), "real", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(type.get(), "imag", sizeof(float), H5T_NATIVE_FLOAT);
    return type;
  }
  throw base::InputError(spec.shown, "numbers, or complex numbers as {real, imag}", "another HDF5 type");
}

/// Extents are free of charge in HDF5: a damaged or hostile file may promise more than it holds. Compressed, it holds at most
/// 1032 times its length (deflate).
void expect_holds(const FileSpec& spec, const StoredImage& image, hid_t dataset, std::size_t stored_size) {
  std::error_code unreadable;
  const auto file_size = static_cast<std::uint64_t>(std::filesystem::file_size(spec.path, unreadable));
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  const std::uint64_t ratio = H5Pget_nfilters(properties.get()) > 0 ? 1032 : 1;
  const std::uint64_t held = std::min<std::uint64_t>(H5Dget_storage_size(dataset), file_size) * ratio;
  const std::uint64_t promised = image.n_element() * stored_size;
  if (promised <= held) return;
  throw base::InputError(spec.shown, std::to_string(promised) + " bytes (" + text(image.extents) + ")",
                         "room for " + std::to_string(held) + " in the file");
}

constexpr std::array<std::string_view, 3> hdf5_extensions{".mat", ".h5", ".hdf5"};

bool is_hdf5_name(std::string_view path) {
  for (const std::string_view extension : hdf5_extensions) {
    if (path.ends_with(extension)) return true;
  }
  return false;
}

std::optional<FileSpec> recognise(const std::string& given) {
  const std::size_t colon = given.rfind(':');
  if (colon != std::string::npos && is_hdf5_name(std::string_view(given).substr(0, colon)))
    return FileSpec{nullptr, given.substr(0, colon), given.substr(colon + 1), given};
  if (is_hdf5_name(given)) return FileSpec{nullptr, given, "", given};
  return std::nullopt;
}

StoredImage open(const FileSpec& spec) {
  if (spec.dataset.empty())
    throw base::InputError(spec.shown, "a data set after the file name (" + spec.shown + ":NAME)", "none");
  physics::prepare_hdf5();
  const Hdf5Handle file(H5Fopen(spec.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.ok())
    throw base::InputError(spec.path, "an HDF5 file or MAT v7.3", "one that HDF5 refuses: " + physics::hdf5_reason());
  const Hdf5Handle dataset(H5Dopen2(file.get(), spec.dataset.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.ok()) throw base::InputError(spec.path, "a data set named \"" + spec.dataset + "\"", "none");
  StoredImage image{spec, extents_of(spec, dataset.get()), {}, {}, nullptr, 0};
  const Hdf5Handle stored(H5Dget_type(dataset.get()), H5Tclose);
  const Hdf5Handle type = memory_type(spec, stored.get(), image.encoding.element);
  expect_holds(spec, image, dataset.get(), H5Tget_size(stored.get()));
  const std::size_t size = image.n_element() * bytes_of(image.encoding.element);
  std::unique_ptr<std::byte[]> bytes(new (std::nothrow) std::byte[size]);
  if (!bytes) throw base::InputError(spec.shown, "a data set that fits into memory", text(image.extents));
  if (H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.get()) < 0) {
    throw base::InputError(spec.shown, "a readable data set of " + text(image.extents), physics::hdf5_reason());
  }
  image.bytes = own_bytes(std::move(bytes), size);
  return image;
}

/// The last dimension of MATLAB, which is the first of HDF5.
CoefficientPlanes coefficients(const StoredImage& image) {
  if (!is_complex(image.encoding.element))
    throw base::InputError(image.spec.shown, "complex numbers as {real, imag}", "real numbers");
  return coefficients_last(image);
}

}  // namespace

extern const ImageFormat hdf5_format;
const ImageFormat hdf5_format{"MAT v7.3/HDF5 FILE.mat:NAME", recognise, open, coefficients};

}  // namespace crbrt::volume
