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

/// Random access to the bytes of an image, whether they lie in a file or, once decompressed, in memory.
/// Thread-safe: read() has no state.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const noexcept = 0;
  /// Copies `count` bytes that start at `offset`. Throws InputError when the file does not hold them.
  virtual void read(std::uint64_t offset, void* to, std::size_t count) const = 0;
};

/// An uncompressed file: only the parts that are read ever lie in memory.
std::shared_ptr<const ByteSource> open_file(const std::string& path);

/// A gzip file, decompressed at once. Throws InputError when it holds fewer than `least` bytes.
std::shared_ptr<const ByteSource> open_gzip(const std::string& path, std::uint64_t least);

/// Bytes that another reader already has in memory.
std::shared_ptr<const ByteSource> own_bytes(std::unique_ptr<std::byte[]> bytes, std::uint64_t size);

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

/// Converts `count` stored elements to floats: one per real element, two (real, imaginary) per complex one.
/// `stored` is byte-swapped in place where the encoding says so.
void decode(const Encoding& encoding, void* stored, std::size_t count, float* values);

struct ImageFormat;

/// "brain.nii.gz", "coeffs.cfl" (or "coeffs.hdr" beside it), "scan.mat:x", "scan.h5:/group/x"
struct FileSpec {
  const ImageFormat* format = nullptr;
  std::string path;     ///< the file; for BART the .cfl
  std::string dataset;  ///< HDF5 only
  std::string shown;    ///< as given: what messages name

  /// Throws InputError for a file that cannot be opened.
  static FileSpec parse(const std::string& given);

  /// The JSON sidecar beside the file: the same name with .json instead of .nii.gz or of its last extension.
  std::string sidecar_path() const;
};

struct StoredImage {
  FileSpec spec;
  std::vector<std::size_t> extents;  ///< first dimension fastest; the order of MATLAB, NIfTI and BART
  Encoding encoding;
  Geometry geometry;  ///< the identity where the format has none
  std::shared_ptr<const ByteSource> bytes;
  std::uint64_t offset = 0;  ///< where the first element lies

  std::size_t n_element() const;  ///< throws InputError when the extents are zero or overflow
};

/// Opens the header and checks that the file holds all the elements it promises. Throws InputError.
StoredImage open_image(const FileSpec& spec);

/// The first three extents of `extents`, singleton dimensions beyond them dropped. Throws InputError when more are left.
Shape spatial_shape(const FileSpec& spec, std::vector<std::size_t> extents);

/// "181x217x181x13"
std::string text(const std::vector<std::size_t>& extents);

/// Which of an image's numbers are coefficients: n_plane images of the shape, one after the other.
struct CoefficientPlanes {
  Shape shape;
  std::size_t n_plane;
};

/// The last dimension holds the coefficients, those before it are spatial. Throws InputError.
CoefficientPlanes coefficients_last(const StoredImage& image);

/// One kind of image file: NAME.cpp holds it as NAME_format, and formats.inc lists NAME. Nothing else knows formats.
struct ImageFormat {
  std::string_view phrase;  ///< what people read in --help and in errors: "BART x.cfl"
  /// The file (path and data set) behind a word of the command line that names a file of this format; else empty.
  std::optional<FileSpec> (*recognise)(const std::string& given);
  /// Opens the header and checks that the file holds all the elements it promises. Throws InputError.
  StoredImage (*open)(const FileSpec& spec);
  /// Throws InputError for extents, or numbers, that are no coefficient image.
  CoefficientPlanes (*coefficients)(const StoredImage& image);
};

/// The phrases of all formats as one: "NIfTI ..., BART x.cfl, or ...".
std::string known_formats();

}  // namespace crbrt::volume
