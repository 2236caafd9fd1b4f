// SPDX-License-Identifier: Apache-2.0
// One conversion loop for all formats: a complex element is two real ones.
#include "tools/volume/stored_image.h"

#include <algorithm>

namespace crbrt::volume {
namespace {

std::size_t parts(Element element) noexcept { return is_complex(element) ? 2 : 1; }

/// To the other byte order, in place.
void swap_bytes(std::byte* bytes, std::size_t count, std::size_t width) {
  for (std::size_t i = 0; i < count; ++i) std::reverse(bytes + i * width, bytes + (i + 1) * width);
}

template <class Stored, class Value>
void convert(const Encoding& encoding, const void* stored, std::size_t count, Value* values) {
  const auto* from = static_cast<const Stored*>(stored);
  if (encoding.slope == 1 && encoding.intercept == 0) {  // exact for what fits a float: large integers are not rounded twice
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<Value>(from[i]);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<Value>(encoding.slope * static_cast<double>(from[i]) + encoding.intercept);
  }
}

template <class Value>
void decode_as(const Encoding& encoding, void* stored, std::size_t count, Value* values) {
  const std::size_t n = count * parts(encoding.element);
  const std::size_t width = bytes_of(encoding.element) / parts(encoding.element);
  if (encoding.byte_swapped && width > 1) swap_bytes(static_cast<std::byte*>(stored), n, width);
  switch (encoding.element) {
    case Element::int8: return convert<std::int8_t>(encoding, stored, n, values);
    case Element::uint8: return convert<std::uint8_t>(encoding, stored, n, values);
    case Element::int16: return convert<std::int16_t>(encoding, stored, n, values);
    case Element::uint16: return convert<std::uint16_t>(encoding, stored, n, values);
    case Element::int32: return convert<std::int32_t>(encoding, stored, n, values);
    case Element::uint32: return convert<std::uint32_t>(encoding, stored, n, values);
    case Element::int64: return convert<std::int64_t>(encoding, stored, n, values);
    case Element::uint64: return convert<std::uint64_t>(encoding, stored, n, values);
    case Element::float32:
    case Element::complex64: return convert<float>(encoding, stored, n, values);
    case Element::float64:
    case Element::complex128: return convert<double>(encoding, stored, n, values);
  }
}

}  // namespace

std::size_t bytes_of(Element element) noexcept {
  switch (element) {
    case Element::int8:
    case Element::uint8: return 1;
    case Element::int16:
    case Element::uint16: return 2;
    case Element::int32:
    case Element::uint32:
    case Element::float32: return 4;
    case Element::complex128: return 16;
    default: return 8;
  }
}

void decode(const Encoding& encoding, void* stored, std::size_t count, float* values) {
  decode_as(encoding, stored, count, values);
}

void decode(const Encoding& encoding, void* stored, std::size_t count, double* values) {
  decode_as(encoding, stored, count, values);
}

}  // namespace crbrt::volume
