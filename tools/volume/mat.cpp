// SPDX-License-Identifier: Apache-2.0
// MAT files up to version 7 through matio, in a process of its own. Version 7.3 is HDF5 (hdf5.cpp): matio 1.5.23 lists no
// variables there where a class attribute is UTF-8 text.
#include <matio.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/listed.h"
#include "tools/volume/mat_intact.h"
#include "tools/volume/parsed_array.h"

namespace crbrt::volume {
namespace {

using MatFile = std::unique_ptr<mat_t, int (*)(mat_t*)>;
using Variable = std::unique_ptr<matvar_t, void (*)(matvar_t*)>;

std::optional<Element> real_element(matio_classes kind) {
  switch (kind) {
    case MAT_C_DOUBLE: return Element::float64;
    case MAT_C_SINGLE: return Element::float32;
    case MAT_C_INT8: return Element::int8;
    case MAT_C_UINT8: return Element::uint8;
    case MAT_C_INT16: return Element::int16;
    case MAT_C_UINT16: return Element::uint16;
    case MAT_C_INT32: return Element::int32;
    case MAT_C_UINT32: return Element::uint32;
    case MAT_C_INT64: return Element::int64;
    case MAT_C_UINT64: return Element::uint64;
    default: return std::nullopt;
  }
}

/// What stands there in place of numbers.
std::string kind_text(const matvar_t& variable) {
  switch (variable.class_type) {
    case MAT_C_CELL: return "cell array";
    case MAT_C_STRUCT: return "struct";
    case MAT_C_OBJECT:
    case MAT_C_OPAQUE: return "object";
    case MAT_C_CHAR: return "text";
    case MAT_C_SPARSE: return "sparse matrix";
    case MAT_C_FUNCTION: return "function";
    case MAT_C_EMPTY: return "empty array";
    default: return variable.isComplex != 0 ? "complex" : "";
  }
}

std::vector<std::size_t> extents_of(const matvar_t& variable) {
  if (variable.rank < 1 || variable.dims == nullptr) return {};
  return {variable.dims, variable.dims + variable.rank};
}

constexpr int deepest = 8;  // structs inside structs, in lists

/// "x (4x3)" of a variable, and "s.x (4x3)" of every field of a struct, which structs of its own may hold.
void list(matvar_t& variable, const std::string& name, int depth, std::vector<std::string>& entries) {
  entries.push_back(name + " (" + describe(extents_of(variable), kind_text(variable)) + ")");
  if (variable.class_type != MAT_C_STRUCT || depth >= deepest) return;
  const unsigned n_field = Mat_VarGetNumberOfFields(&variable);
  char* const* const fields = Mat_VarGetStructFieldnames(&variable);
  for (unsigned i = 0; i < n_field && fields != nullptr; ++i)
    if (matvar_t* const field = Mat_VarGetStructFieldByName(&variable, fields[i], 0))
      list(*field, name + "." + fields[i], depth + 1, entries);
}

struct Contents {
  std::vector<std::string> entries, numeric;
};

Contents contents_of(mat_t* file) {
  Contents contents;
  Mat_Rewind(file);
  while (const Variable variable{Mat_VarReadNextInfo(file), Mat_VarFree}) {
    const std::string name = variable->name == nullptr ? "" : variable->name;
    list(*variable, name, 0, contents.entries);
    if (real_element(variable->class_type)) contents.numeric.push_back(name);
  }
  Mat_Rewind(file);
  return contents;
}

/// Where the name of a variable ends in "s.r.x" or "s/r/x".
std::size_t end_of_part(const std::string& name, std::size_t begin) {
  return std::min(name.find_first_of("./", begin), name.size());
}

/// The variable, or the field of a struct ("s.r.x" or "s/r/x"), with its data. `owner` keeps it alive.
matvar_t* read_variable(const FileSpec& spec, mat_t* file, const std::string& name, Variable& owner) {
  std::size_t end = end_of_part(name, 0);
  owner.reset(Mat_VarReadInfo(file, name.substr(0, end).c_str()));
  matvar_t* found = owner.get();
  while (found != nullptr && end < name.size()) {
    if (found->class_type != MAT_C_STRUCT) return nullptr;
    const std::vector<std::size_t> extents = extents_of(*found);
    if (std::any_of(extents.begin(), extents.end(), [](std::size_t extent) { return extent != 1; }))
      throw base::InputError(spec.shown, "a struct named \"" + name.substr(0, end) + "\"",
                             "a struct array of " + text(extents));
    const std::size_t begin = end + 1;
    end = end_of_part(name, begin);
    found = Mat_VarGetStructFieldByName(found, name.substr(begin, end - begin).c_str(), 0);
  }
  return found;
}

/// Before any number counts. Without `is_wanted`: the lengths of all variables.
void expect_intact(const FileSpec& spec, mat_t* file, const mat::IsWanted& is_wanted) {
  const auto bytes = open_file(spec.path);
  const std::uint64_t size = std::filesystem::file_size(spec.path);
  if (Mat_GetVersion(file) == MAT_FT_MAT4) return mat::expect_intact_version4(spec, *bytes, size);
  mat::expect_intact_version5(spec, *bytes, size, is_wanted);
}

template <class Number>
void send_interleaved(const matvar_t& variable, std::size_t n, const base::GuardedSender& sender) {
  constexpr std::size_t piece = 65536;
  const auto* const split = static_cast<const mat_complex_split_t*>(variable.data);
  const auto *const re = static_cast<const Number*>(split->Re), *const im = static_cast<const Number*>(split->Im);
  std::vector<std::complex<Number>> pairs;
  for (std::size_t first = 0; first < n; first += piece) {
    pairs.clear();
    for (std::size_t i = first; i < std::min(n, first + piece); ++i) pairs.emplace_back(re[i], im[i]);
    sender.send(pairs.data(), pairs.size() * sizeof pairs[0]);
  }
}

void send_variable(const FileSpec& spec, mat_t* file, matvar_t& variable, const base::GuardedSender& sender) {
  const std::vector<std::size_t> extents = extents_of(variable);
  const std::optional<Element> real = real_element(variable.class_type);
  if (!real) {
    const bool is_sparse = variable.class_type == MAT_C_SPARSE;
    throw base::InputError(spec.shown, is_sparse ? "a full array (full(x))" : "an array of numbers",
                           "a " + kind_text(variable));
  }
  const std::size_t width = bytes_of(*real);
  expect_room(spec, extents, width * (variable.isComplex != 0 ? 2 : 1), std::filesystem::file_size(spec.path));
  const bool is_complex = variable.isComplex != 0;
  if (is_complex && *real != Element::float32 && *real != Element::float64)
    throw base::InputError(spec.shown, "complex numbers of class single or double", "complex integers");
  std::size_t n = 1;
  for (const std::size_t extent : extents) n *= extent;
  if (variable.data == nullptr && Mat_VarReadDataAll(file, &variable) != 0) variable.data = nullptr;
  if (variable.data == nullptr || variable.nbytes / width < n)
    throw base::InputError(spec.shown, "a readable array of " + text(extents), "one that is cut off or damaged");
  const Element element = !is_complex ? *real : *real == Element::float32 ? Element::complex64 : Element::complex128;
  send(sender, {extents, element});
  if (!is_complex) return sender.send(variable.data, n * width);
  *real == Element::float32 ? send_interleaved<float>(variable, n, sender) : send_interleaved<double>(variable, n, sender);
}

bool any_name(const std::string&) { return true; }

void parse(const FileSpec& spec, const base::GuardedSender& sender) {
  const MatFile file(Mat_Open(spec.path.c_str(), MAT_ACC_RDONLY), Mat_Close);
  if (!file)
    throw base::InputError(spec.shown, "a MAT file of version 4 to 7, or MAT v7.3 (HDF5)", "another file, or a damaged one");
  expect_intact(spec, file.get(), {});
  std::string name = spec.dataset;
  for (const std::string& usual : spec.usual_names)
    if (name.empty() && Variable(Mat_VarReadInfo(file.get(), usual.c_str()), Mat_VarFree)) name = usual;
  if (name.empty()) {
    const Contents contents = contents_of(file.get());
    if (contents.numeric.size() != 1) {
      expect_intact(spec, file.get(), any_name);  // what is damaged may be the one that was meant
      throw base::InputError(spec.shown, "the name of a variable after the file name (" + spec.path + ":NAME)",
                             "none; the file holds " + base::listed(contents.entries, "no array"));
    }
    name = contents.numeric.front();
  }
  expect_intact(spec, file.get(), [&](const std::string& each) { return each == name.substr(0, end_of_part(name, 0)); });
  Variable owner(nullptr, Mat_VarFree);
  matvar_t* const variable = read_variable(spec, file.get(), name, owner);
  if (variable == nullptr) {
    expect_intact(spec, file.get(), any_name);  // the name may be what is damaged
    throw base::InputError(spec.path, "a variable named \"" + name + "\"",
                           base::listed(contents_of(file.get()).entries, "no array"));
  }
  send_variable(spec, file.get(), *variable, sender);
}

/// By the version behind the text of the header, in either byte order; version 4 has no header, so the name counts.
std::optional<FileSpec> recognise(const std::string& given) {
  constexpr std::size_t version_offset = 124;
  const NamedFile file = named_file(given);
  const std::string head = first_bytes(file.path, version_offset + 4);
  const bool is_mat = head.size() == version_offset + 4 &&
                      (head.ends_with(std::string_view("\0\1IM", 4)) || head.ends_with(std::string_view("\1\0MI", 4)));
  if (!is_mat && !file.ends_with(".mat")) return std::nullopt;
  return FileSpec{nullptr, file.path, file.dataset, given};
}

StoredImage open(const FileSpec& spec) { return open_parsed(spec, "matio", parse); }

CoefficientPlanes coefficients(StoredImage& image, std::size_t n_expected) { return coefficients_last(image, n_expected); }

}  // namespace

extern const ImageFormat mat_format;
const ImageFormat mat_format{"MAT FILE.mat:NAME", true, recognise, open, coefficients};

}  // namespace crbrt::volume
