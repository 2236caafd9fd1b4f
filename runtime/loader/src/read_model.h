/// From verified FlatBuffer tables to checked plain structs: what a field may hold is decided here and nowhere else.
#pragma once

#include <bit>
#include <span>
#include <string_view>
#include <vector>

#include "crbrt/network.hpp"
#include "model_generated.h"
#include "runtime/loader/src/field_checks.h"

namespace crbrt::loader {

static_assert(std::endian::native == std::endian::little, "numbers are viewed where they lie in the file");

/// Spans and string views of FlatBuffer vectors and strings; an absent one is empty.
template <class T>
std::span<const T> view(const flatbuffers::Vector<T>* vector) noexcept {
  return vector == nullptr ? std::span<const T>() : std::span<const T>(vector->data(), vector->size());
}

inline std::string_view view(const flatbuffers::String* string) noexcept {
  return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

/// Copies numbers once everything so far is sound: a hostile file may let many tables share one vector, and sizes are checked
/// before memory is asked for.
template <class T>
void copy(std::span<const T> from, std::vector<T>& to, const Checks& checks) {
  if (checks.ok()) to.assign(from.begin(), from.end());
}

/// Preprocessing, layers and outputs. n_coeff comes from the protocol.
void read_network(const fbs::Model& model, Network& network, Checks& checks);

/// Protocol, provenance and test vector.
void read_info(const fbs::Model& model, ModelInfo& info, Checks& checks);

/// The integer form: scalars and texts; sizes against the operations are the matter of lower_integer().
void read_integer(const fbs::Model& model, Network& network, ModelInfo& info, Checks& checks);

}  // namespace crbrt::loader
