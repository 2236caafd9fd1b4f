// SPDX-License-Identifier: Apache-2.0
// Groups are walked by hand: HDF5's own visit ends at the first damaged object, and a list for people need not be complete.
#include "physics/io/hdf5_contents.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/listed.h"

namespace crbrt::physics {
namespace {

constexpr std::size_t most_entries = 500;
constexpr int deepest = 8;
constexpr const char* sparse_mark = "MATLAB_sparse";  // of a group of three vectors

std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_number(hid_t type, unsigned member) {
  const H5T_class_t kind = H5Tget_member_class(type, member);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

bool fits_float(hid_t type, unsigned member) {
  const Hdf5Handle number(H5Tget_member_type(type, member), H5Tclose);
  return H5Tget_size(number.get()) <= (H5Tget_class(number.get()) == H5T_FLOAT ? 4u : 2u);
}

/// The file into which an external link leads that cannot be followed; empty where all can, or there is no such link.
std::string lost_file(hid_t group, const std::string& name) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    const std::string part = name.substr(0, end);
    H5L_info_t link{};
    if (H5Lexists(group, part.c_str(), H5P_DEFAULT) <= 0 || H5Lget_info(group, part.c_str(), &link, H5P_DEFAULT) < 0) return {};
    if (link.type != H5L_TYPE_EXTERNAL || H5Oexists_by_name(group, part.c_str(), H5P_DEFAULT) > 0) continue;
    std::vector<char> value(link.u.val_size + 1, '\0');
    unsigned flags = 0;
    const char *file = nullptr, *object = nullptr;
    if (H5Lget_val(group, part.c_str(), value.data(), link.u.val_size, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value.data(), link.u.val_size, &flags, &file, &object) < 0)
      return {};
    return file;
  }
  return {};
}

bool has_mark(hid_t object, const char* attribute) { return H5Aexists(object, attribute) > 0; }

std::string member_name(hid_t type, unsigned member) {
  char* const text = H5Tget_member_name(type, member);
  const std::string name = text == nullptr ? "" : text;
  H5free_memory(text);
  return name;
}

/// "{f0, f1}"
std::string members_text(hid_t type) {
  std::vector<std::string> names;
  for (int i = 0; i < H5Tget_nmembers(type); ++i) names.push_back(member_name(type, static_cast<unsigned>(i)));
  std::string text = "{";
  text += base::listed(names, "");
  return text += '}';
}

struct Walk {
  std::vector<Hdf5Entry>* entries;
  std::string prefix;
  int depth;
};

void walk(hid_t group, const Walk& place);

herr_t visit(hid_t group, const char* name, const H5L_info_t*, void* out) {
  const Walk& place = *static_cast<const Walk*>(out);
  if (name[0] == '#' || place.entries->size() >= most_entries) return 0;
  const Hdf5Handle object(H5Oopen(group, name, H5P_DEFAULT), H5Oclose);
  const std::string whole = place.prefix + name;
  if (!object.ok()) {
    if (const std::string file = lost_file(group, name); !file.empty())
      place.entries->push_back({whole, {}, "a link into the file " + file + ", which leads nowhere", false});
  } else if (H5Iget_type(object.get()) == H5I_GROUP) {
    if (has_mark(object.get(), sparse_mark))
      place.entries->push_back({whole, {}, "sparse matrix", false});
    else
      walk(object.get(), {place.entries, whole + "/", place.depth + 1});
  } else if (H5Iget_type(object.get()) == H5I_DATASET) {
    const Hdf5Handle type(H5Dget_type(object.get()), H5Tclose);
    const bool is_empty = has_mark(object.get(), hdf5_empty_mark);
    const std::string kind = is_empty ? "empty array" : hdf5_kind_text(type.get());
    place.entries->push_back(
        {whole, is_empty ? std::vector<std::size_t>{} : hdf5_shape(object.get()), kind, kind.empty() || kind == "complex"});
  }
  return 0;
}

void walk(hid_t group, const Walk& place) {
  if (place.depth > deepest) return;
  Walk here = place;
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &here);
}

bool is_there(hid_t file, const std::string& name) {
  // Every part of the name has to be asked for by itself.
  for (std::size_t at = name.find('/', 1); at != std::string::npos; at = name.find('/', at + 1))
    if (H5Lexists(file, name.substr(0, at).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0 && H5Oexists_by_name(file, name.c_str(), H5P_DEFAULT) > 0;
}

}  // namespace

std::optional<Hdf5ComplexMembers> hdf5_complex_members(hid_t type) {
  constexpr std::array<std::string_view, 4> real_names{"real", "r", "re", "realpart"};
  constexpr std::array<std::string_view, 5> imag_names{"imag", "i", "im", "imaginary", "imagpart"};
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return std::nullopt;
  Hdf5ComplexMembers members{"", "", fits_float(type, 0) && fits_float(type, 1)};
  for (const unsigned i : {0u, 1u}) {
    const std::string name = member_name(type, i);
    const std::string known = in_small_letters(name);
    if (std::find(real_names.begin(), real_names.end(), known) != real_names.end()) members.real = name;
    if (std::find(imag_names.begin(), imag_names.end(), known) != imag_names.end()) members.imag = name;
  }
  const bool is_complex = !members.real.empty() && !members.imag.empty() && is_number(type, 0) && is_number(type, 1);
  return is_complex ? std::optional(members) : std::nullopt;
}

std::string hdf5_kind_text(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
    case H5T_INTEGER:
    case H5T_ENUM:                 // h5py's Booleans are enumerations of bytes,
    case H5T_BITFIELD: return "";  // those of Julia and PyTables are bits
    case H5T_COMPOUND: return hdf5_complex_members(type) ? "complex" : "records " + members_text(type);
    case H5T_STRING: return "text";
    case H5T_REFERENCE: return "references, as of a cell array";
    default: return "another type";
  }
}

std::vector<Hdf5Entry> hdf5_contents(hid_t file) {
  std::vector<Hdf5Entry> entries;
  walk(file, {&entries, "", 0});
  return entries;
}

std::vector<std::size_t> hdf5_shape(hid_t dataset) {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::vector<hsize_t> extents(rank > 0 ? static_cast<std::size_t>(rank) : 0);
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  return {extents.begin(), extents.end()};
}

Hdf5Handle open_hdf5_dataset(hid_t file, const std::string& name) {
  for (const std::string& place : {name, name + "/value", name + "/data"}) {
    if (place.empty() || !is_there(file, place)) continue;
    Hdf5Handle object(H5Oopen(file, place.c_str(), H5P_DEFAULT), H5Oclose);
    if (object.ok() && H5Iget_type(object.get()) == H5I_DATASET) return object;
  }
  return {};
}

Hdf5Handle expect_hdf5_dataset(hid_t file, const std::string& path, const std::string& name,
                               std::string (*contents_of)(hid_t)) {
  const Hdf5Handle group(is_there(file, name) ? H5Oopen(file, name.c_str(), H5P_DEFAULT) : -1, H5Oclose);
  const bool is_group = group.ok() && H5Iget_type(group.get()) == H5I_GROUP;
  if (is_group && has_mark(group.get(), sparse_mark))
    throw base::InputError(path + ":" + name, "a full array (full(x))", "a sparse matrix");
  Hdf5Handle dataset = open_hdf5_dataset(file, name);
  if (dataset.ok()) return dataset;
  if (const std::string lost = lost_file(file, name); !lost.empty())
    throw base::InputError(path, name + ", a link into the file " + lost, "none there");
  throw base::InputError(path, "a data set named \"" + name + "\"",
                         (is_group ? "a group of that name; the file holds " : "") + contents_of(file));
}

std::string hdf5_refusal() {
  const std::string reason = hdf5_reason();
  const bool is_locked =
      reason.find("unable to lock") != std::string::npos || reason.find("temporarily unavailable") != std::string::npos;
  if (is_locked) return "one that another program has open for writing (" + reason + ")";
  if (reason.find("h5clear") != std::string::npos || reason.find("already open for write") != std::string::npos)
    return "one whose writer is still running or did not close it (h5clear -s repairs the latter)";
  if (reason.find("truncated") != std::string::npos) return "one that is cut off (" + reason + ")";
  return "one that HDF5 refuses: " + reason;
}

}  // namespace crbrt::physics
