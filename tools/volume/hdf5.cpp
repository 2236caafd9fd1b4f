// SPDX-License-Identifier: Apache-2.0
// HDF5 files of MATLAB (v7.3), Octave, h5py, Julia and ISMRMRD, in a process of their own.
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/listed.h"
#include "base/number_text.h"
#include "physics/io/hdf5_contents.h"
#include "physics/io/hdf5_elements.h"
#include "tools/volume/parsed_array.h"

namespace crbrt::volume {
namespace {

using physics::Hdf5Handle;

std::vector<std::size_t> reversed(const std::vector<std::size_t>& shape) { return {shape.rbegin(), shape.rend()}; }

std::string contents_of(hid_t file) {
  std::vector<std::string> entries;
  for (const physics::Hdf5Entry& entry : physics::hdf5_contents(file))
    entries.push_back(entry.name + " (" + describe(reversed(entry.shape), entry.kind) + ")");
  return base::listed(entries, "no array");
}

/// The type in which the elements are read, and what it is called here.
struct MemoryType {
  Hdf5Handle type;
  Element element;
};

/// Of an integer, or of the integers behind an enumeration.
MemoryType integer_type(hid_t stored) {
  const bool is_signed = H5Tget_sign(stored) == H5T_SGN_2;
  switch (H5Tget_size(stored)) {
    case 1:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8), H5Tclose}, is_signed ? Element::int8 : Element::uint8};
    case 2:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16), H5Tclose},
              is_signed ? Element::int16 : Element::uint16};
    case 4:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32), H5Tclose},
              is_signed ? Element::int32 : Element::uint32};
    default:
      return {{H5Tcopy(is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64), H5Tclose},
              is_signed ? Element::int64 : Element::uint64};
  }
}

/// Bits, of which the Booleans of Julia and PyTables are made, stay bits in memory.
MemoryType bits_type(hid_t stored) {
  switch (H5Tget_size(stored)) {
    case 1: return {{H5Tcopy(H5T_NATIVE_B8), H5Tclose}, Element::uint8};
    case 2: return {{H5Tcopy(H5T_NATIVE_B16), H5Tclose}, Element::uint16};
    case 4: return {{H5Tcopy(H5T_NATIVE_B32), H5Tclose}, Element::uint32};
    default: return {{H5Tcopy(H5T_NATIVE_B64), H5Tclose}, Element::uint64};
  }
}

/// Any real or complex number; a Boolean of h5py is an enumeration of small integers.
MemoryType memory_type(const FileSpec& spec, hid_t stored) {
  const H5T_class_t kind = H5Tget_class(stored);
  if (kind == H5T_FLOAT) {
    const bool is_single = H5Tget_size(stored) <= sizeof(float);
    return {{H5Tcopy(is_single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE), H5Tclose},
            is_single ? Element::float32 : Element::float64};
  }
  if (kind == H5T_INTEGER) return integer_type(stored);
  if (kind == H5T_BITFIELD) return bits_type(stored);
  if (kind == H5T_ENUM) return integer_type(Hdf5Handle(H5Tget_super(stored), H5Tclose).get());
  if (const auto members = physics::hdf5_complex_members(stored)) {
    const hid_t number = members->fit_float ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    return {physics::hdf5_complex_type(members->real, members->imag, number),
            members->fit_float ? Element::complex64 : Element::complex128};
  }
  throw base::InputError(spec.shown, "numbers, or complex numbers as a pair such as {real, imag} or {r, i}",
                         physics::hdf5_kind_text(stored));
}

Hdf5Handle open_file_of(const FileSpec& spec) {
  Hdf5Handle file(H5Fopen(spec.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.ok()) throw base::InputError(spec.path, "an HDF5 file (MAT v7.3, .h5)", physics::hdf5_refusal());
  return file;
}

/// The data set of the name; without a name, the only array of numbers that the file holds.
Hdf5Handle open_dataset(const FileSpec& spec, hid_t file) {
  std::string name = spec.dataset;
  for (const std::string& usual : spec.usual_names)
    if (name.empty() && physics::open_hdf5_dataset(file, usual).ok()) name = usual;
  if (name.empty()) {
    std::vector<std::string> numeric;
    const std::vector<physics::Hdf5Entry> entries = physics::hdf5_contents(file);
    for (const physics::Hdf5Entry& entry : entries)
      if (entry.is_number && !entry.shape.empty()) numeric.push_back(entry.name);
    if (numeric.empty() && entries.size() == 1) numeric.push_back(entries.front().name);  // refused for what it is
    if (numeric.size() != 1)
      throw base::InputError(spec.shown, "the name of a data set after the file name (" + spec.path + ":NAME)",
                             "none; the file holds " + contents_of(file));
    name = numeric.front();
  }
  return physics::expect_hdf5_dataset(file, spec.path, name, contents_of);
}

/// MATLAB marks its data sets; the ending counts where another program wrote a MAT file without the mark.
bool is_of_matlab(const FileSpec& spec, hid_t dataset) {
  return NamedFile{spec.path, ""}.ends_with(".mat") || H5Aexists(dataset, "MATLAB_class") > 0;
}

/// What people should know about a file that they believe to be complete.
std::vector<std::string> notes_of(const FileSpec& spec, double unwritten) {
  if (unwritten <= 0) return {};
  return {spec.shown + ": " + base::number_text(100 * unwritten, "%.3g") +
          " % of its chunks were never written and read as the fill value"};
}

/// The number of an attribute by which numbers of netCDF and CF are packed; `absent` where there is none.
double packing(const FileSpec& spec, hid_t dataset, const std::string& name, double absent) {
  if (H5Aexists(dataset, name.c_str()) <= 0) return absent;
  const Hdf5Handle attribute(H5Aopen(dataset, name.c_str(), H5P_DEFAULT), H5Aclose),
      space(H5Aget_space(attribute.get()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.get());
  if (n != 1) throw base::InputError(spec.shown, "one number in the attribute " + name, std::to_string(n));
  double value = 0;
  const bool is_number = H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) >= 0;
  if (!is_number || !std::isfinite(value) || (value == 0 && absent != 0))
    throw base::InputError(spec.shown, "a number to unpack by in the attribute " + name,
                           is_number ? base::number_text(value, "%g") : "something else");
  return value;
}

void parse(const FileSpec& spec, const base::GuardedSender& sender) {
  physics::prepare_hdf5();
  const Hdf5Handle file = open_file_of(spec), dataset = open_dataset(spec, file.get());
  const std::vector<std::size_t> shape = physics::hdf5_shape(dataset.get());
  if (shape.empty()) throw base::InputError(spec.shown, "an array", "a scalar");
  if (H5Aexists(dataset.get(), physics::hdf5_empty_mark) > 0)
    throw base::InputError(spec.shown, "an array of numbers", "an empty array");
  const Hdf5Handle stored(H5Dget_type(dataset.get()), H5Tclose);
  const MemoryType memory = memory_type(spec, stored.get());
  const physics::Hdf5Storage storage = physics::hdf5_storage(dataset.get(), spec.shown);
  expect_room(spec, reversed(shape), H5Tget_size(stored.get()), storage.file_bytes);
  physics::expect_hdf5_data(storage, spec.shown);
  ArrayHeader header{reversed(shape), memory.element, notes_of(spec, storage.unwritten_share)};
  header.slope = packing(spec, dataset.get(), "scale_factor", 1);
  header.intercept = packing(spec, dataset.get(), "add_offset", 0);
  if (header.intercept != 0 && is_complex(memory.element))
    throw base::InputError(spec.shown, "complex numbers without the attribute add_offset",
                           base::number_text(header.intercept, "%g"));
  header.is_either_way = !is_of_matlab(spec, dataset.get());
  send(sender, header);
  physics::send_hdf5_elements(dataset.get(), memory.type.get(), spec.shown, sender);
}

/// HDF5's signature stands at the beginning, or behind 512, 1024, 2048, ... bytes of the user's own.
bool has_signature(const std::string& path) {
  constexpr std::size_t furthest = 8192;
  const std::string head = first_bytes(path, furthest + 8);
  for (std::size_t at = 0; at <= furthest; at = at == 0 ? 512 : 2 * at)
    if (head.compare(at <= head.size() ? at : head.size(), 8, "\x89HDF\r\n\x1a\n") == 0) return true;
  return false;
}

std::optional<FileSpec> recognise(const std::string& given) {
  const NamedFile file = named_file(given);
  constexpr std::array<std::string_view, 4> endings{".h5", ".hdf5", ".hdf", ".jld2"};
  const bool is_named_so = std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return file.ends_with(e); });
  if (!is_named_so && !has_signature(file.path)) return std::nullopt;
  return FileSpec{nullptr, file.path, file.dataset, given};
}

StoredImage open(const FileSpec& spec) { return open_parsed(spec, "HDF5", parse); }

}  // namespace

extern const ImageFormat hdf5_format;
const ImageFormat hdf5_format{"MAT v7.3 or HDF5 FILE.mat:NAME", true, recognise, open, coefficients_of_hdf5};

}  // namespace crbrt::volume
