// SPDX-License-Identifier: Apache-2.0
// Opening and reading of arrays and of attributes: texts (of fixed or variable length), numbers and lists of names.
#include "physics/io/hdf5_file.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/listed.h"
#include "physics/io/hdf5_contents.h"
#include "physics/io/hdf5_elements.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {
namespace {

/// "alpha [6, 1142], recon/x [5, 4] complex"
std::string contents_of(hid_t file) {
  std::vector<std::string> entries;
  for (const Hdf5Entry& entry : hdf5_contents(file))
    entries.push_back(entry.name + " " + shape_text(entry.shape) + (entry.kind.empty() ? "" : " " + entry.kind));
  return base::listed(entries, "no data set");
}

std::string found_text(hid_t type) {
  if (const std::string kind = hdf5_kind_text(type); !kind.empty()) return kind;
  return H5Tget_class(type) == H5T_ENUM || H5Tget_class(type) == H5T_BITFIELD ? "Booleans" : "real numbers";
}

}  // namespace

Hdf5File::Hdf5File(std::string shown, const std::string& opened) : shown_(std::move(shown)) {
  prepare_hdf5();
  if (H5Fis_hdf5(opened.c_str()) <= 0) fail("HDF5 or MAT v7.3", "no HDF5 signature");
  file_ = Hdf5Handle(H5Fopen(opened.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file_.ok()) fail("a complete HDF5 file", hdf5_refusal());
}

void Hdf5File::fail(const std::string& expected, const std::string& found) const {
  throw base::InputError(shown_, expected, found);
}

bool Hdf5File::has(const std::string& name) const { return open_hdf5_dataset(file_.get(), name).ok(); }

Hdf5Handle Hdf5File::memory_type(const std::string& name, Numbers numbers, hid_t stored) const {
  if (numbers != Numbers::real) {
    const auto members = hdf5_complex_members(stored);
    if (!members) fail("complex numbers in " + name + ", a pair such as {real, imag} or {r, i}", found_text(stored));
    return hdf5_complex_type(members->real, members->imag, numbers == Numbers::complex ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT);
  }
  const H5T_class_t found = H5Tget_class(stored);
  if (found != H5T_FLOAT && found != H5T_INTEGER) fail("real numbers in " + name, found_text(stored));
  return {H5Tcopy(H5T_NATIVE_DOUBLE), H5Tclose};
}

void Hdf5File::expect_holds(const std::string& name, const std::vector<std::size_t>& shape, hid_t dataset,
                            std::uint64_t file_bytes) const {
  constexpr std::uint64_t most = std::uint64_t{1} << 48, deflate_ratio = 1032;
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose), properties(H5Dget_create_plist(dataset), H5Pclose);
  std::uint64_t promised = H5Tget_size(type.get());
  for (const std::size_t extent : shape) promised = extent > 0 && promised > most / extent ? most : promised * extent;
  const std::uint64_t stored = std::min<std::uint64_t>(H5Dget_storage_size(dataset), file_bytes);
  const std::uint64_t held = stored * (H5Pget_nfilters(properties.get()) > 0 ? deflate_ratio : 1);
  if (promised > held)
    fail(std::to_string(promised) + " bytes in " + name + " (" + shape_text(shape) + ")", "room for " + std::to_string(held));
}

void Hdf5File::send_array(const std::string& name, Numbers numbers, const base::GuardedSender& sender) const {
  const Hdf5Handle dataset = expect_hdf5_dataset(file_.get(), shown_, name, contents_of);
  const Hdf5Handle stored(H5Dget_type(dataset.get()), H5Tclose);
  const Hdf5Handle memory = memory_type(name, numbers, stored.get());
  const std::vector<std::size_t> shape = hdf5_shape(dataset.get());
  if (shape.empty()) fail("an array in " + name, "a scalar");
  const std::string place = shown_ + ": " + name;
  const Hdf5Storage storage = hdf5_storage(dataset.get(), place);
  expect_hdf5_data(storage, place);
  if (storage.unwritten_share > 0)
    throw base::InputError(place, "a data set that was written as a whole",
                           std::to_string(static_cast<int>(100 * storage.unwritten_share)) + " % of its chunks never written");
  expect_holds(name, shape, dataset.get(), storage.file_bytes);
  sender.send(std::uint64_t{shape.size()});
  for (const std::size_t extent : shape) sender.send(std::uint64_t{extent});
  send_hdf5_elements(dataset.get(), memory.get(), place, sender);
}

bool Hdf5File::is_array(const std::string& name) const {
  return !hdf5_shape(expect_hdf5_dataset(file_.get(), shown_, name, contents_of).get()).empty();
}

bool Hdf5File::is_real(const std::string& name) const {
  const Hdf5Handle dataset = expect_hdf5_dataset(file_.get(), shown_, name, contents_of);
  const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const H5T_class_t found = H5Tget_class(type.get());
  return found == H5T_FLOAT || found == H5T_INTEGER;
}

bool Hdf5File::has_attribute(const std::string& object, const std::string& name) const {
  if (object != "/" && !has(object)) return false;
  return H5Aexists_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

Hdf5Handle Hdf5File::open_attribute(const std::string& object, const std::string& name) const {
  Hdf5Handle attribute;
  if (has_attribute(object, name))
    attribute = Hdf5Handle(H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.ok()) fail("the attribute " + name + " of " + object, "none");
  return attribute;
}

std::vector<std::string> Hdf5File::names_attribute(const std::string& object, const std::string& name) const {
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

double Hdf5File::number_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute = open_attribute(object, name);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) fail("one number in the attribute " + name, "several");
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) fail("a number in the attribute " + name, "another type");
  return value;
}

}  // namespace crbrt::physics
