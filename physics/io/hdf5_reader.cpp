// Opening and reading of arrays and of attributes: texts (of fixed or variable length), numbers and lists of names.
#include "physics/io/hdf5_reader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/read_file.h"

namespace crbrt::physics {
namespace {

Shape shape_of(hid_t dataset) {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::vector<hsize_t> extents(rank > 0 ? static_cast<std::size_t>(rank) : 0);
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  return Shape(extents.begin(), extents.end());
}

std::size_t volume(const Shape& shape) {
  std::size_t n = 1;
  for (const std::size_t extent : shape) n *= extent;
  return n;
}

const char* class_text(H5T_class_t type) {
  switch (type) {
    case H5T_INTEGER:
    case H5T_FLOAT: return "real numbers";
    case H5T_COMPOUND: return "a compound";
    case H5T_STRING: return "text";
    default: return "another type";
  }
}

}  // namespace

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const std::size_t extent : shape) {
    if (text.size() > 1) text += ", ";
    text += extent == Hdf5Reader::any ? "any" : std::to_string(extent);
  }
  return text + "]";
}

bool is_hdf5(const std::string& path) {
  prepare_hdf5();
  return H5Fis_hdf5(path.c_str()) > 0;
}

Hdf5Reader::Hdf5Reader(const std::string& path) : path_(path) {
  base::expect_file(path, "a readable file");
  if (!is_hdf5(path)) fail("HDF5 or MAT v7.3", "no HDF5 signature");
  file_ = Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file_.ok()) fail("a complete HDF5 file", hdf5_reason());
}

void Hdf5Reader::fail(const std::string& expected, const std::string& found) const {
  throw base::InputError(path_, expected, found);
}

bool Hdf5Reader::has(const std::string& name) const {
  return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0 && H5Oexists_by_name(file_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string Hdf5Reader::dataset_names() const {
  std::string text;
  const auto append = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    std::string& list = *static_cast<std::string*>(out);
    list += (list.empty() ? "" : ", ") + std::string(name);
    return 0;
  };
  H5Literate(file_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, append, &text);
  return text.empty() ? "an empty file" : text;
}

Hdf5Handle Hdf5Reader::open_dataset(const std::string& name, H5T_class_t expected_class, const char* expected) const {
  if (!has(name)) fail("a dataset named " + name, dataset_names());
  Hdf5Handle dataset(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.ok()) fail("a dataset named " + name, hdf5_reason());
  const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const H5T_class_t found = H5Tget_class(type.get());
  const bool number_for_number = expected_class == H5T_FLOAT && found == H5T_INTEGER;
  if (found != expected_class && !number_for_number) fail(std::string(expected) + " in " + name, class_text(found));
  if (found == H5T_COMPOUND && (H5Tget_member_index(type.get(), "real") < 0 || H5Tget_member_index(type.get(), "imag") < 0))
    fail(std::string(expected) + " in " + name, "a compound without these members");
  return dataset;
}

void Hdf5Reader::expect_holds(const std::string& name, const Shape& shape, hid_t dataset) const {
  constexpr std::uint64_t most = std::uint64_t{1} << 48, deflate_ratio = 1032;
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose), properties(H5Dget_create_plist(dataset), H5Pclose);
  std::uint64_t promised = H5Tget_size(type.get());
  for (const std::size_t extent : shape) promised = extent > 0 && promised > most / extent ? most : promised * extent;
  std::error_code unreadable;
  const std::uint64_t stored =
      std::min<std::uint64_t>(H5Dget_storage_size(dataset), std::filesystem::file_size(path_, unreadable));
  const std::uint64_t held = stored * (H5Pget_nfilters(properties.get()) > 0 ? deflate_ratio : 1);
  if (promised > held)
    fail(std::to_string(promised) + " bytes in " + name + " (" + shape_text(shape) + ")", "room for " + std::to_string(held));
}

Array<double> Hdf5Reader::real(const std::string& name) const {
  const Hdf5Handle dataset = open_dataset(name, H5T_FLOAT, "real numbers");
  Array<double> array{shape_of(dataset.get()), {}};
  expect_holds(name, array.shape, dataset.get());
  array.values.resize(volume(array.shape));
  if (H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
    fail("readable data in " + name, hdf5_reason());
  return array;
}

Array<std::complex<double>> Hdf5Reader::complex(const std::string& name) const {
  const Hdf5Handle dataset = open_dataset(name, H5T_COMPOUND, "complex numbers {real, imag}");
  Array<std::complex<double>> array{shape_of(dataset.get()), {}};
  expect_holds(name, array.shape, dataset.get());
  array.values.resize(volume(array.shape));
  const Hdf5Handle type = hdf5_complex_type();
  if (H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
    fail("readable data in " + name, hdf5_reason());
  return array;
}

void Hdf5Reader::expect_shape(const std::string& name, const Shape& found, const Shape& expected) const {
  bool same = found.size() == expected.size();
  for (std::size_t i = 0; same && i < found.size(); ++i) same = expected[i] == any || expected[i] == found[i];
  if (!same) fail("shape " + shape_text(expected) + " of " + name, shape_text(found));
}

Hdf5Handle Hdf5Reader::open_attribute(const std::string& object, const std::string& name) const {
  Hdf5Handle attribute;
  if (object == "/" || has(object))
    if (H5Aexists_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0)
      attribute = Hdf5Handle(H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.ok()) fail("the attribute " + name + " of " + object, "none");
  return attribute;
}

std::vector<std::string> Hdf5Reader::names_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute = open_attribute(object, name);
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) fail("text in the attribute " + name + " of " + object, "another type");
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.get());
  std::vector<std::string> names;
  if (n < 0 || n > 65536) fail("at most 65536 texts in the attribute " + name, std::to_string(n));
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> texts(static_cast<std::size_t>(n), nullptr);
    const Hdf5Handle memory = hdf5_text_type();
    H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
    if (H5Aread(attribute.get(), memory.get(), texts.data()) < 0) fail("a readable attribute " + name, hdf5_reason());
    for (const char* text : texts) names.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, texts.data());
    return names;
  }
  const std::size_t width = H5Tget_size(type.get());
  constexpr std::size_t most = std::size_t{1} << 24;
  if (n < 0 || width == 0 || static_cast<std::size_t>(n) > most / width)
    fail("an attribute " + name + " of at most 16 MiB", "more");
  std::string buffer(width * static_cast<std::size_t>(n), '\0');
  if (H5Aread(attribute.get(), type.get(), buffer.data()) < 0) fail("a readable attribute " + name, hdf5_reason());
  for (std::size_t at = 0; at < buffer.size(); at += width) {
    const std::string padded = buffer.substr(at, width);
    names.push_back(padded.substr(0, padded.find('\0')));
  }
  return names;
}

std::string Hdf5Reader::text_attribute(const std::string& object, const std::string& name) const {
  const std::vector<std::string> texts = names_attribute(object, name);
  if (texts.size() != 1) fail("one text in the attribute " + name, std::to_string(texts.size()));
  return texts.front();
}

double Hdf5Reader::number_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute = open_attribute(object, name);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) fail("one number in the attribute " + name, "several");
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) fail("a number in the attribute " + name, "another type");
  return value;
}

}  // namespace crbrt::physics
