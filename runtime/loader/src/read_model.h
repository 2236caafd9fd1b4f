// SPDX-License-Identifier: Apache-2.0
/// From the bytes of a file to checked plain structs: its container, then verified FlatBuffer tables. What a field may hold is
/// decided here and nowhere else.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "crbrt/loader.hpp"
#include "crbrt/network.hpp"
#include "model_generated.h"
#include "runtime/loader/src/field_checks.h"

namespace crbrt::loader {

// The 64 bytes in front of a model's FlatBuffer (docs/format.md). Every one of them is checked, so a file that was cut or
// changed anywhere is refused before anything interprets it.
//
//     0  magic, 8 bytes        89 43 52 42 4d 0d 0a 1a (as PNG's, it shows a transfer that mangled line ends)
//     8  container version     u32
//    12  zero                  u32
//    16  payload length        u64; the file ends right after the payload
//    24  SHA-256 of payload    32 bytes
//    56  zero                  u64
//
// Numbers are little-endian.

inline constexpr std::size_t header_size = 64;
inline constexpr std::uint32_t container_version = 1;

/// Larger files are refused unread: the largest plausible model (field_checks.h) stays far below.
inline constexpr std::size_t max_file_size = std::size_t{256} << 20;

/// Checks the header and the checksum; `payload` is set only when the result is ok.
LoadResult open_container(View1<const std::uint8_t> file, View1<const std::uint8_t>& payload);

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

/// Layers, whose first one reads value 0 of `to`. `field` is what the vector is called.
void read_layers(const flatbuffers::Vector<flatbuffers::Offset<fbs::Dense>>& from, std::string_view field, Network& to,
                 Checks& checks);

/// The forward part of a file whose protocol is in `info`.
void read_forward(const fbs::Forward& from, ForwardPart& to, ModelInfo& info, Checks& checks);

/// Sequence and basis. n_coeff is read and checked already.
void read_protocol(const fbs::Protocol& from, ModelInfo& to, Checks& checks);

/// Protocol, provenance and test vector.
void read_info(const fbs::Model& model, ModelInfo& info, Checks& checks);

/// The integer form: scalars and texts; sizes against the operations are the matter of lower_integer().
void read_integer(const fbs::Model& model, Network& network, ModelInfo& info, Checks& checks);

}  // namespace crbrt::loader
