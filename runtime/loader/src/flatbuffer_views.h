/// Spans and string views of FlatBuffer vectors and strings; an absent one is empty.
#pragma once

#include <bit>
#include <span>
#include <string_view>

#include "model_generated.h"

namespace crbrt::loading {

static_assert(std::endian::native == std::endian::little, "numbers are viewed where they lie in the file");

template <class T>
std::span<const T> view(const flatbuffers::Vector<T>* vector) noexcept {
  return vector == nullptr ? std::span<const T>() : std::span<const T>(vector->data(), vector->size());
}

inline std::string_view view(const flatbuffers::String* string) noexcept {
  return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

}  // namespace crbrt::loading
