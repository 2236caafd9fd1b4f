/// The number formats of image files, and their conversion to float.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crbrt::volume {

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

}  // namespace crbrt::volume
