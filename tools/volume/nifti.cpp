// SPDX-License-Identifier: Apache-2.0
// NIfTI-1 and NIfTI-2 headers through libnifti; the voxels are read by us, piece by piece.
#include "tools/volume/nifti.h"

#include <nifti/nifti2_io.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/escaped.h"
#include "base/number_text.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

/// What libnifti made of a header, and what it does not tell.
struct Header {
  std::unique_ptr<nifti_image, void (*)(nifti_image*)> image{nullptr, nifti_image_free};
  std::string data_path;
  std::uint64_t data_offset = 0;
  bool is_swapped = false;
  bool is_qform_finite = true, is_sform_finite = true;
  std::optional<double> odd_spacing{};  ///< of an axis of several voxels

  const nifti_image* operator->() const noexcept { return image.get(); }
  const nifti_image& operator*() const noexcept { return *image; }
};

/// libnifti overruns its arrays for more than seven dimensions, makes dimensions below 1 and scales that are no numbers usable
/// without a word, and prints about data types that it does not know: all of that is looked at before it interprets a header.
/// A slope of 0 or NaN means that the numbers are stored as they are, whatever the intercept.
template <class Raw>
void expect_plausible(const FileSpec& spec, const Raw& raw) {
  const std::int64_t n_dim = raw.dim[0];
  if (n_dim < 1 || n_dim > 7) throw base::InputError(spec.shown, "one to seven dimensions", std::to_string(n_dim));
  for (std::int64_t i = 1; i <= n_dim; ++i) {
    if (raw.dim[i] < 1) throw base::InputError(spec.shown, "positive dimensions", std::to_string(raw.dim[i]));
  }
  if (nifti_is_valid_datatype(raw.datatype) == 0)
    throw base::InputError(spec.shown, "real or complex numbers of at most 64 bits each",
                           "data type " + std::to_string(raw.datatype));
  const double slope = static_cast<double>(raw.scl_slope), intercept = static_cast<double>(raw.scl_inter);
  if (slope == 0 || std::isnan(slope)) return;
  for (const double scale : {slope, intercept}) {
    if (!std::isfinite(scale)) throw base::InputError(spec.shown, "a finite scl_slope and scl_inter", std::to_string(scale));
  }
}

/// Where the numbers begin. libnifti reads a file of its own header at byte 348 where vox_offset is smaller; 0 means that
/// nobody filled it in, and anything else below the end of the header is damage.
template <class Raw>
std::uint64_t data_offset(const FileSpec& spec, const Raw& raw) {
  const bool is_one_file = raw.magic[1] == '+';
  const double least = is_one_file ? static_cast<double>(sizeof(Raw) + 4) : 0;
  const double most = 0x1p28;  // 256 MiB: libnifti asks for the memory that header extensions claim
  const double offset = static_cast<double>(raw.vox_offset);
  if (offset == 0) return static_cast<std::uint64_t>(least);
  if (!(offset >= least && offset <= most)) {
    throw base::InputError(spec.shown, "a vox_offset of " + std::to_string(static_cast<int>(least)) + " to 268435456 bytes",
                           base::number_text(offset, "%.10g"));
  }
  return static_cast<std::uint64_t>(offset);
}

/// libnifti takes a version 1 with any other magic for ANALYZE, which has a number there and no place in the world. Two letters
/// that are nearly right are a damaged header.
void expect_magic(const FileSpec& spec, const nifti_1_header& raw) {
  const std::string_view magic(raw.magic, sizeof raw.magic);
  const bool is_known = magic == std::string_view("n+1\0", 4) || magic == std::string_view("ni1\0", 4);
  const bool seems_known = (magic[0] == 'n' || magic[0] == 'N') && (magic[1] == '+' || magic[1] == 'i' || magic[1] == 'I');
  if (!is_known && seems_known)
    throw base::InputError(spec.shown, "the magic n+1 or ni1, and a zero behind it", base::for_terminal(std::string(magic)));
}

void expect_magic(const FileSpec&, const nifti_2_header&) {}  // version_of() has seen it

/// libnifti takes a quaternion that is no number for 0, and a spacing that is none, 0 or negative for 1.
template <class Raw>
Header inspected(const FileSpec& spec, const Raw& raw) {
  expect_plausible(spec, raw);
  expect_magic(spec, raw);
  Header header;
  header.data_offset = data_offset(spec, raw);
  const auto is_finite = [](double x) { return std::isfinite(x); };
  for (const auto* row : {raw.srow_x, raw.srow_y, raw.srow_z})
    header.is_sform_finite = header.is_sform_finite && std::all_of(row, row + 4, is_finite);
  for (const double x :
       {static_cast<double>(raw.quatern_b), static_cast<double>(raw.quatern_c), static_cast<double>(raw.quatern_d),
        static_cast<double>(raw.qoffset_x), static_cast<double>(raw.qoffset_y), static_cast<double>(raw.qoffset_z)})
    header.is_qform_finite = header.is_qform_finite && is_finite(x);
  for (int d = 1; d <= 3; ++d) {
    const auto spacing = static_cast<double>(raw.pixdim[d]);
    if (raw.dim[0] >= d && raw.dim[d] > 1 && !(spacing > 0 && std::isfinite(spacing))) header.odd_spacing = spacing;
  }
  return header;
}

bool is_there(const std::string& path) {
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable);
}

bool is_gzip(const std::string& path) { return first_bytes(path, 2) == "\x1f\x8b"; }

std::shared_ptr<const ByteSource> open_bytes(const std::string& path) {
  return is_gzip(path) ? open_gzip(path) : open_file(path);
}

/// The other file of a pair: x.img of x.hdr or the reverse, with ".gz" behind it or not, in small letters or capitals; empty
/// where there is none.
std::string other_of_pair(const std::string& path, const std::string& ending) {
  const NamedFile file{path, ""};
  const std::string plain = file.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
  const std::string stem = std::filesystem::path(plain).replace_extension("").string();
  std::string capitals = ending;
  for (char& c : capitals)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (const std::string& kind : {ending, capitals})
    for (const char* packed : {"", ".gz", ".GZ"})
      if (is_there(stem + kind + packed)) return stem + kind + packed;
  return {};
}

/// The header of the other byte order becomes that of this machine's.
template <class Raw>
Header read_version(const FileSpec& spec, const ByteSource& bytes, int version, nifti_image* (*convert)(Raw, const char*)) {
  Raw raw{};
  bytes.read(0, &raw, sizeof raw);
  const bool is_swapped = raw.sizeof_hdr != static_cast<int>(sizeof raw);
  if (is_swapped) swap_nifti_header(&raw, version);
  Header header = inspected(spec, raw);
  header.is_swapped = is_swapped;
  header.image.reset(convert(raw, nullptr));
  if (raw.magic[1] != '+') header.data_path = "apart";
  return header;
}

constexpr std::int32_t bytes_v1 = sizeof(nifti_1_header), bytes_v2 = sizeof(nifti_2_header);

/// 1 or 2, by the size that the header says it has, in either byte order; 0 for what is no header. Version 2 always has its
/// magic, with line ends behind it that text mode would change; version 1 without magic is ANALYZE.
int version_of(const std::string& head) {
  std::int32_t size = 0;
  if (head.size() < static_cast<std::size_t>(bytes_v1)) return 0;
  std::memcpy(&size, head.data(), sizeof size);
  const auto swapped = static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(size)));
  if (size == bytes_v1 || swapped == bytes_v1) return 1;
  const std::string_view magic = std::string_view(head).substr(4, 8);
  const bool is_known = magic == std::string_view("n+2\0\r\n\032\n", 8) || magic == std::string_view("ni2\0\r\n\032\n", 8);
  return (size == bytes_v2 || swapped == bytes_v2) && is_known && head.size() >= static_cast<std::size_t>(bytes_v2) ? 2 : 0;
}

/// As many of the first bytes as both headers have, or fewer of a shorter file. Throws for one that is compressed and has no
/// header of either version, because that is cut off or damaged.
std::string head_of(const ByteSource& bytes, bool is_compressed) {
  for (const std::int32_t size : {bytes_v2, bytes_v1}) {
    try {
      std::string head(static_cast<std::size_t>(size), '\0');
      bytes.read(0, head.data(), head.size());
      return head;
    } catch (const base::InputError&) {
      if (is_compressed && size == bytes_v1) throw;
    }
  }
  return {};
}

Header read_header(const FileSpec& spec) {
  nifti_set_debug_level(0);  // libnifti would print; our exception says it in one line
  const base::InputError damaged(spec.shown, known_formats(), "no NIfTI header, or a damaged one");
  const NamedFile named{spec.path, ""};
  const bool is_image = named.ends_with(".img") || named.ends_with(".img.gz");
  const std::string path = is_image ? other_of_pair(spec.path, ".hdr") : spec.path;
  if (path.empty()) throw damaged;
  const auto bytes = open_bytes(path);
  const int version = version_of(head_of(*bytes, is_gzip(path)));
  if (version == 0) throw damaged;
  Header header = version == 1 ? read_version(spec, *bytes, version, nifti_convert_n1hdr2nim)
                               : read_version(spec, *bytes, version, nifti_convert_n2hdr2nim);
  if (!header.image) throw damaged;
  header.data_path = header.data_path.empty() ? path : other_of_pair(path, ".img");
  if (header.data_path.empty()) throw base::InputError(spec.shown, "an .img file beside the header", "none");
  return header;
}

std::optional<Element> element_of(int datatype) {
  switch (datatype) {
    case DT_INT8: return Element::int8;
    case DT_UINT8: return Element::uint8;
    case DT_INT16: return Element::int16;
    case DT_UINT16: return Element::uint16;
    case DT_INT32: return Element::int32;
    case DT_UINT32: return Element::uint32;
    case DT_INT64: return Element::int64;
    case DT_UINT64: return Element::uint64;
    case DT_FLOAT32: return Element::float32;
    case DT_FLOAT64: return Element::float64;
    case DT_COMPLEX64: return Element::complex64;
    case DT_COMPLEX128: return Element::complex128;
    default: return std::nullopt;
  }
}

Encoding encoding_of(const FileSpec& spec, const nifti_image& header, bool is_swapped) {
  const std::optional<Element> element = element_of(header.datatype);
  if (!element) {
    throw base::InputError(spec.shown, "real or complex numbers of at most 64 bits each",
                           std::string("data type ") + nifti_datatype_string(header.datatype));
  }
  Encoding encoding{*element, is_swapped, 1, 0};
  if (header.scl_slope != 0) {  // zero means that the numbers are stored as they are
    encoding.slope = header.scl_slope;
    encoding.intercept = header.scl_inter;
  }
  return encoding;
}

Geometry geometry_of(const Header& read) {
  const nifti_image& header = *read;
  Geometry g;
  g.is_known = header.qform_code > 0 || header.sform_code > 0;
  g.qform_code = header.qform_code;
  g.sform_code = header.sform_code;
  g.xyz_units = header.xyz_units;
  g.qfac = header.qfac;
  g.spacing = {header.dx, header.dy, header.dz};
  g.quatern = {header.quatern_b, header.quatern_c, header.quatern_d};
  g.qoffset = {header.qoffset_x, header.qoffset_y, header.qoffset_z};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 4; ++c) g.sform[r][c] = header.sto_xyz.m[r][c];
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (!read.is_sform_finite) g.sform[0][0] = nan;
  if (!read.is_qform_finite) g.quatern[0] = nan;
  if (read.odd_spacing) g.spacing[0] = *read.odd_spacing;
  return g;
}

std::vector<std::size_t> extents_of(const nifti_image& header) {
  std::vector<std::size_t> extents;
  for (std::int64_t i = 1; i <= header.dim[0] && i <= 7; ++i) {
    extents.push_back(static_cast<std::size_t>(header.dim[i]));
  }
  return extents;
}

StoredImage open(const FileSpec& spec) {
  const Header header = read_header(spec);
  StoredImage image{spec,    extents_of(*header), encoding_of(spec, *header, header.is_swapped), geometry_of(header),
                    nullptr, header.data_offset};
  const std::uint64_t needed = image.offset + image.n_element() * bytes_of(image.encoding.element);
  image.bytes = is_gzip(header.data_path) ? open_gzip(header.data_path) : open_file(header.data_path, needed);
  return image;
}

/// Also the .hdr of a pair, and any name that says nothing.
std::optional<FileSpec> recognise(const std::string& given) {
  const NamedFile file = named_file(given);
  return FileSpec{nullptr, file.path, file.dataset, given};
}

}  // namespace

extern const ImageFormat nifti_format;
const ImageFormat nifti_format{"NIfTI (complex, or real then imaginary images)", false, recognise, open, coefficients_of_nifti};

Grid read_grid(const std::string& path) {
  const FileSpec spec = FileSpec::parse(path);
  if (spec.format != &nifti_format) throw base::InputError(path, "a NIfTI image", "a file without geometry");
  const Header header = read_header(spec);
  std::vector<std::size_t> extents = extents_of(*header);
  if (extents.size() > 3) extents.resize(3);  // whatever is stacked behind the grid does not matter here
  return {spatial_shape(spec, extents), geometry_of(header)};
}

}  // namespace crbrt::volume
