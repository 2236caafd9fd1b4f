// SPDX-License-Identifier: Apache-2.0
// RawArray, BART's second format: 48 bytes of header, the extents, then the numbers, first dimension fastest.
#include <array>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

constexpr std::string_view magic = "rawarray";

/// The header's numbers; 64 bits each, in little-endian order even where the data are not.
struct Header {
  std::uint64_t flags, kind, element_bytes, data_bytes, n_dimension;
};

constexpr std::uint64_t big_endian_flag = 1, most_dimensions = 64;

std::uint64_t little_endian(std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(value);
  return value;
}

std::optional<Element> element_of(const Header& header) {
  enum Kind : std::uint64_t { signed_integer = 1, unsigned_integer = 2, floating = 3, complex = 4 };
  const std::uint64_t n = header.element_bytes;
  switch (header.kind) {
    case signed_integer: return n == 1 ? Element::int8 : n == 2 ? Element::int16 : n == 4 ? Element::int32 : Element::int64;
    case unsigned_integer:
      return n == 1 ? Element::uint8 : n == 2 ? Element::uint16 : n == 4 ? Element::uint32 : Element::uint64;
    case floating: return n == 4 ? Element::float32 : Element::float64;
    case complex: return n == 8 ? Element::complex64 : Element::complex128;
    default: return std::nullopt;
  }
}

Header read_header(const FileSpec& spec, const ByteSource& bytes) {
  std::array<std::uint64_t, 5> words{};
  bytes.read(magic.size(), words.data(), sizeof words);
  for (std::uint64_t& word : words) word = little_endian(word);
  const Header header{words[0], words[1], words[2], words[3], words[4]};
  if (header.n_dimension < 1 || header.n_dimension > most_dimensions)
    throw base::InputError(spec.shown, "1 to 64 dimensions", std::to_string(header.n_dimension));
  const std::optional<Element> element = element_of(header);
  if (!element || bytes_of(*element) != header.element_bytes)
    throw base::InputError(
        spec.shown, "real or complex numbers of at most 64 bits each",
        "elements of kind " + std::to_string(header.kind) + " with " + std::to_string(header.element_bytes) + " bytes");
  return header;
}

std::optional<FileSpec> recognise(const std::string& given) {
  const NamedFile file = named_file(given);
  if (!file.ends_with(".ra") && first_bytes(file.path, magic.size()) != magic) return std::nullopt;
  return FileSpec{nullptr, file.path, file.dataset, given};
}

StoredImage open(const FileSpec& spec) {
  if (first_bytes(spec.path, magic.size()) != magic)
    throw base::InputError(spec.shown, "a RawArray file", "one that does not begin with \"rawarray\"");
  auto bytes = open_file(spec.path, magic.size() + sizeof(Header));
  const Header header = read_header(spec, *bytes);
  std::vector<std::uint64_t> sizes(header.n_dimension);
  bytes->read(magic.size() + sizeof(Header), sizes.data(), sizes.size() * sizeof(std::uint64_t));
  const bool is_swapped = ((header.flags & big_endian_flag) != 0) != (std::endian::native == std::endian::big);
  StoredImage image{spec, {}, {*element_of(header), is_swapped, 1, 0}, {}, nullptr, 0};
  for (const std::uint64_t size : sizes) image.extents.push_back(static_cast<std::size_t>(little_endian(size)));
  image.offset = magic.size() + sizeof(Header) + sizes.size() * sizeof(std::uint64_t);
  const std::uint64_t promised = image.n_element() * header.element_bytes;
  if (promised != header.data_bytes)
    throw base::InputError(spec.shown, std::to_string(promised) + " bytes of data (" + text(image.extents) + ")",
                           std::to_string(header.data_bytes));
  image.bytes = open_file(spec.path, image.offset + promised);
  return image;
}

/// As BART keeps them; an array of other programs has its coefficients last.
CoefficientPlanes coefficients(StoredImage& image, std::size_t n_expected) {
  constexpr std::size_t coefficient_dimension = 6;
  const bool is_of_bart = image.extents.size() > coefficient_dimension && image.extents[coefficient_dimension] > 1;
  return is_of_bart ? coefficients_of_bart(image) : coefficients_last(image, n_expected);
}

}  // namespace

extern const ImageFormat ra_format;
const ImageFormat ra_format{"BART x.ra", false, recognise, open, coefficients};

}  // namespace crbrt::volume
