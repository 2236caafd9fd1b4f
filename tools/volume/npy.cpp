// SPDX-License-Identifier: Apache-2.0
// NumPy's array files: a Python dictionary as text, then the numbers. Arrays in NumPy's own order have their last dimension
// fastest and are turned round in memory; half precision, which no other format has, becomes single precision there.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
  std::string type;  ///< "<c8"
  bool is_fortran = false;
  std::vector<std::size_t> shape;
  std::uint64_t offset = 0;  ///< of the data
};

/// What stands behind 'key': in the dictionary, up to the end of the text.
std::string_view value_of(const FileSpec& spec, std::string_view dictionary, const std::string& key) {
  const std::size_t at = dictionary.find("'" + key + "'");
  const std::size_t colon = at == std::string_view::npos ? at : dictionary.find(':', at);
  if (colon == std::string_view::npos) throw base::InputError(spec.shown, "a header with the key " + key, "none");
  dictionary.remove_prefix(std::min(dictionary.find_first_not_of(' ', colon + 1), dictionary.size()));
  return dictionary;
}

std::vector<std::size_t> shape_of(const FileSpec& spec, std::string_view text) {
  const std::string_view inside = text.substr(0, text.find(')'));
  std::vector<std::size_t> shape;
  for (std::size_t at = inside.find_first_of("0123456789"); at != std::string_view::npos;
       at = inside.find_first_of("0123456789", at)) {
    std::uint64_t extent = 0;
    const auto [end, error] = std::from_chars(inside.data() + at, inside.data() + inside.size(), extent);
    if (error != std::errc()) throw base::InputError(spec.shown, "a shape", std::string(inside));
    shape.push_back(static_cast<std::size_t>(extent));
    at = static_cast<std::size_t>(end - inside.data());
  }
  return shape;
}

Header read_header(const FileSpec& spec, const std::string& bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < 12) {
    const bool is_archive = bytes.starts_with("PK");
    throw base::InputError(spec.shown, "a NumPy array (numpy.save)", is_archive ? "an archive (numpy.savez)" : "another file");
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const bool is_first_version = byte(6) == 1;  // of the format; later ones have four bytes for the length
  const std::size_t start = is_first_version ? 10 : 12;
  const std::size_t length = byte(8) + (byte(9) << 8) + (is_first_version ? 0 : (byte(10) << 16) + (byte(11) << 24));
  if (start + length > bytes.size())
    throw base::InputError(spec.shown, "a header of " + std::to_string(length) + " bytes",
                           std::to_string(bytes.size() - start));
  const std::string_view dictionary = std::string_view(bytes).substr(start, length);
  Header header;
  header.offset = start + length;
  const std::string_view type = value_of(spec, dictionary, "descr");
  if (type.empty() || type[0] != '\'') throw base::InputError(spec.shown, "an array of numbers", "one of records");
  header.type = type.substr(1, std::min(type.find('\'', 1), type.size()) - 1);
  header.is_fortran = value_of(spec, dictionary, "fortran_order").starts_with("True");
  header.shape = shape_of(spec, value_of(spec, dictionary, "shape"));
  return header;
}

Encoding encoding_of(const FileSpec& spec, const std::string& type) {
  struct Type {
    std::string_view name;
    Element element;
  };
  constexpr Type types[] = {{"b1", Element::uint8},     {"i1", Element::int8},       {"u1", Element::uint8},
                            {"i2", Element::int16},     {"u2", Element::uint16},     {"i4", Element::int32},
                            {"u4", Element::uint32},    {"i8", Element::int64},      {"u8", Element::uint64},
                            {"f2", Element::float32},   {"f4", Element::float32},    {"f8", Element::float64},
                            {"c8", Element::complex64}, {"c16", Element::complex128}};
  const char own_order = std::endian::native == std::endian::little ? '<' : '>';
  for (const Type& known : types)
    if (type.size() > 1 && type.substr(1) == known.name)
      return {known.element, type[0] != own_order && type[0] != '|' && type[0] != '=', 1, 0};
  throw base::InputError(spec.shown, "real or complex numbers of at most 64 bits each", "the type " + type);
}

float from_half(std::uint16_t half) {
  constexpr int fraction_bits = 10, bias = 15, largest_exponent = 31;
  const int exponent = half >> fraction_bits & largest_exponent, fraction = half & ((1 << fraction_bits) - 1);
  const float sign = half >> 15 != 0 ? -1.0f : 1.0f;
  if (exponent == largest_exponent)
    return sign * (fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN());
  const bool is_normal = exponent != 0;  // whose leading bit is not stored
  const int significand = fraction + (is_normal ? 1 << fraction_bits : 0);
  return sign * std::ldexp(static_cast<float>(significand), std::max(exponent, 1) - bias - fraction_bits);
}

/// The same numbers in single precision, in the order of the file.
StoredImage widened(StoredImage image, bool is_swapped) {
  const std::size_t n = image.n_element();
  std::unique_ptr<std::uint16_t[]> halves(new (std::nothrow) std::uint16_t[n]);
  std::unique_ptr<std::byte[]> floats(new (std::nothrow) std::byte[n * sizeof(float)]);
  if (!halves || !floats) throw base::InputError(image.spec.shown, "an array that fits into memory", text(image.extents));
  image.bytes->read(image.offset, halves.get(), n * sizeof(std::uint16_t));
  for (std::size_t i = 0; i < n; ++i) {
    const float number = from_half(is_swapped ? static_cast<std::uint16_t>(halves[i] << 8 | halves[i] >> 8) : halves[i]);
    std::memcpy(floats.get() + i * sizeof number, &number, sizeof number);
  }
  image.bytes = own_bytes(std::move(floats), n * sizeof(float));
  image.offset = 0;
  image.encoding = {Element::float32, false, 1, 0};
  return image;
}

/// `from` [shape], last dimension fastest, to `to`, first dimension fastest. Elements of `width` bytes.
void turn_round(const std::vector<std::size_t>& shape, std::size_t width, const std::byte* from, std::byte* to) {
  std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), width);
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  std::size_t n = 1;
  for (const std::size_t extent : shape) n *= extent;
  const std::byte* at = from;
  for (std::size_t i = 0; i < n; ++i, to += width) {
    std::memcpy(to, at, width);
    for (std::size_t d = 0; d < shape.size(); ++d) {
      at += stride[d];
      if (++index[d] < shape[d]) break;
      at -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
}

std::optional<FileSpec> recognise(const std::string& given) {
  const NamedFile file = named_file(given);
  const bool is_named_so = file.ends_with(".npy") || file.ends_with(".npz");
  if (!is_named_so && first_bytes(file.path, magic.size()) != magic) return std::nullopt;
  return FileSpec{nullptr, file.path, file.dataset, given};
}

StoredImage open(const FileSpec& spec) {
  constexpr std::size_t longest_header = 1 << 17;
  Header header = read_header(spec, first_bytes(spec.path, longest_header));
  StoredImage image{spec, std::move(header.shape), encoding_of(spec, header.type), {}, nullptr, header.offset};
  if (image.extents.empty()) throw base::InputError(spec.shown, "an array", "a single number");
  const bool is_half = header.type.ends_with("f2");
  const std::size_t width = bytes_of(image.encoding.element), size = image.n_element() * width;
  image.bytes = open_file(spec.path, image.offset + (is_half ? size / 2 : size));
  if (is_half) image = widened(std::move(image), image.encoding.byte_swapped);
  if (header.is_fortran || image.extents.size() == 1) return image;
  std::unique_ptr<std::byte[]> stored(new (std::nothrow) std::byte[size]), turned(new (std::nothrow) std::byte[size]);
  if (!stored || !turned) throw base::InputError(spec.shown, "an array that fits into memory", text(image.extents));
  image.bytes->read(image.offset, stored.get(), size);
  turn_round(image.extents, width, stored.get(), turned.get());
  image.bytes = own_bytes(std::move(turned), size);
  image.offset = 0;
  return image;
}

CoefficientPlanes coefficients(StoredImage& image, std::size_t n_expected) { return coefficients_last(image, n_expected); }

}  // namespace

extern const ImageFormat npy_format;
const ImageFormat npy_format{"NumPy x.npy", false, recognise, open, coefficients};

}  // namespace crbrt::volume
