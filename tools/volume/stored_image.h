// SPDX-License-Identifier: Apache-2.0
/// An image as it lies in its file: name, bytes, number format and extents, before anybody says what its dimensions mean; and
/// what makes a kind of file one that all programs read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::volume {

/// The bytes of an image, whether they lie in a file, are decompressed on the way, or come from a parser in another process.
/// Thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Copies `count` bytes that start at `offset`. Throws InputError when the file does not hold them.
  virtual void read(std::uint64_t offset, void* to, std::size_t count) const = 0;
  /// True where reading backwards means to start again: whoever needs many parts takes them in one pass (GatheredPlanes).
  virtual bool is_sequential() const noexcept { return false; }
  /// Looks at what lies behind the last byte that was read: a checksum. Throws InputError where it is wrong or missing.
  virtual void expect_intact_end() const {}
};

/// An uncompressed file: only the parts that are read ever lie in memory. Throws InputError for what is no plain file, and
/// where it holds fewer than `least` bytes.
std::shared_ptr<const ByteSource> open_file(const std::string& path, std::uint64_t least = 0);

/// A gzip file, decompressed as it is read: no more of it lies in memory than is asked for. Sequential.
std::shared_ptr<const ByteSource> open_gzip(const std::string& path);

/// Bytes that another reader already has in memory.
std::shared_ptr<const ByteSource> own_bytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size);

/// The first bytes of a plain file, fewer where it is shorter; none where it cannot be read.
std::string first_bytes(const std::string& path, std::size_t count);

/// The number formats of image files.
enum class Element : std::uint8_t {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  complex64,
  complex128
};

std::size_t bytes_of(Element element) noexcept;
inline bool is_complex(Element element) noexcept { return element == Element::complex64 || element == Element::complex128; }

/// value = slope * stored + intercept (of the real and of the imaginary part, where complex).
struct Encoding {
  Element element = Element::complex64;
  bool byte_swapped = false;
  double slope = 1;
  double intercept = 0;

  /// Stored as the native floats that everything works on.
  bool is_plain() const noexcept {
    return (element == Element::complex64 || element == Element::float32) && !byte_swapped && slope == 1 && intercept == 0;
  }
};

/// Converts `count` stored elements to numbers: one per real element, two (real, imaginary) per complex one.
/// `stored` is byte-swapped in place where the encoding says so.
void decode(const Encoding& encoding, void* stored, std::size_t count, float* values);
void decode(const Encoding& encoding, void* stored, std::size_t count, double* values);

struct ImageFormat;

/// The JSON sidecar beside an image: the same name with .json instead of .nii.gz or of its last extension.
std::string sidecar_path(const std::string& image);

/// "brain.nii.gz", "coeffs" (BART's coeffs.hdr and coeffs.cfl), "scan.mat:x", "scan.h5:/group/x"
struct FileSpec {
  const ImageFormat* format = nullptr;
  std::string path;                        ///< the file; for BART the .cfl
  std::string dataset;                     ///< of files that hold several arrays; empty: the only one
  std::string shown;                       ///< as given: what messages name
  std::vector<std::string> usual_names{};  ///< of data sets to look for where `dataset` is empty

  /// Throws InputError for a file that cannot be opened.
  static FileSpec parse(const std::string& given);

  /// The JSON sidecar beside the file.
  std::string sidecar_path() const { return volume::sidecar_path(path); }
};

struct StoredImage {
  FileSpec spec;
  std::vector<std::size_t> extents;  ///< first dimension fastest; the order of MATLAB, NIfTI and BART
  Encoding encoding;
  Geometry geometry;  ///< the identity where the format has none
  std::shared_ptr<const ByteSource> bytes;
  std::uint64_t offset = 0;          ///< where the first element lies
  std::vector<std::string> notes{};  ///< what is suspicious about the file, for people
  bool is_either_way = false;  ///< programs of both orders of dimensions write such files, and this one does not say which

  std::size_t n_element() const;  ///< throws InputError when the extents are zero or overflow
};

/// Opens the header, and checks what can be checked without reading everything. Throws InputError.
StoredImage open_image(const FileSpec& spec);

/// For images that are of no use where something is odd about them: throws InputError with the first note.
void expect_no_notes(const StoredImage& image);

/// Numbers of the whole image as doubles: one per real element, two per complex one. Throws InputError.
std::vector<double> read_doubles(const StoredImage& image);

/// The first three extents of `extents`, singleton dimensions beyond them dropped. Throws InputError when more are left.
Shape spatial_shape(const FileSpec& spec, std::vector<std::size_t> extents);

/// "181x217x181x13"
std::string text(const std::vector<std::size_t>& extents);

/// Which of an image's numbers are coefficients: n_plane of a voxel. Voxels lie together in blocks: n_plane images of a block,
/// one after the other, then those of the next block. Real images: first all real, then all imaginary planes.
struct CoefficientPlanes {
  Shape shape;
  std::size_t n_plane;
  std::size_t block;  ///< voxels; the whole grid but where the coefficients lie before the slices
};

/// The last dimension that is not 1 holds the coefficients, those before it are spatial. Of real numbers it holds 2 R, or 2
/// behind a dimension of R: real and imaginary parts. Slices may lie behind the coefficients. Where extents can be read in
/// several ways, that of `n_expected` coefficients counts (0: unknown); where two have so many, a note of the image says which
/// one was taken. Throws InputError.
CoefficientPlanes coefficients_last(StoredImage& image, std::size_t n_expected);

/// The fourth dimension, or the one beyond the third that is not 1 (two where the last one is 2: real and imaginary parts); of
/// an image of up to three dimensions the last. Real numbers: first all real parts, then all imaginary parts. Throws
/// InputError.
CoefficientPlanes coefficients_of_nifti(StoredImage& image, std::size_t n_expected);

/// The last dimension as MATLAB shows it, which is the first of HDF5. What NumPy wrote as pairs of real and imaginary parts
/// (a last dimension of 2 in its order) has them in the first. Throws InputError.
CoefficientPlanes coefficients_of_hdf5(StoredImage& image, std::size_t n_expected);

/// BART: dimensions 0 to 2 are spatial, dimension 6 holds the coefficients, dimension 13 slices. Throws InputError.
CoefficientPlanes coefficients_of_bart(const StoredImage& image);

/// Throws InputError for real planes that are not as many imaginary as real ones.
void expect_pairs(const StoredImage& image, std::size_t n_plane);

/// Throws DisagreementError naming `who` (e.g. "model v3p2_lean") unless the n_found coefficients of a voxel are n_coeff.
void expect_n_coeff(const StoredImage& image, std::size_t n_found, std::size_t n_coeff, const std::string& who);

/// The file and the data set that a word names: "scan.mat:x" is x in scan.mat, unless there is a file of the whole name.
struct NamedFile {
  std::string path, dataset;
  /// Does the path end so, in capitals or small letters?
  bool ends_with(std::string_view ending) const;
};
NamedFile named_file(const std::string& given);

/// One kind of image file: NAME.cpp holds it as NAME_format, and formats.inc lists NAME. Nothing else knows formats.
struct ImageFormat {
  std::string_view phrase;  ///< what people read in --help and in errors: "BART x.cfl"
  bool has_datasets;        ///< may hold several arrays: FILE:NAME
  /// The file (path and data set) behind a word of the command line that names a file of this format, by what it holds or,
  /// where that says nothing, by its name; else empty.
  std::optional<FileSpec> (*recognise)(const std::string& given);
  /// Opens the header and checks what can be checked without reading everything. Throws InputError.
  StoredImage (*open)(const FileSpec& spec);
  /// Throws InputError for extents, or numbers, that are no coefficient image. `n_expected`: as in coefficients_last().
  CoefficientPlanes (*coefficients)(StoredImage& image, std::size_t n_expected);
};

/// The phrases of all formats as one: "NIfTI ..., BART x.cfl, or ...".
std::string known_formats();

}  // namespace crbrt::volume
