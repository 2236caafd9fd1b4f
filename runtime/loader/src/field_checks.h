// SPDX-License-Identifier: Apache-2.0
/// The vocabulary in which a model's content is checked, and its limits. Every check names the field; the first refusal is
/// kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "crbrt/loader.hpp"

namespace crbrt::loader {

class Checks {
 public:
  /// Records "FIELD: expected EXPECTED, found FOUND" unless `good`. Returns `good`.
  bool expect(bool good, std::string_view field, std::string_view expected, std::string_view found);

  bool in_range(std::uint64_t value, std::uint64_t minimum, std::uint64_t maximum, std::string_view field);
  bool finite(double value, std::string_view field);
  bool not_negative(double value, std::string_view field);  ///< and finite
  bool positive(double value, std::string_view field);      ///< and finite

  bool size_is(std::size_t size, std::size_t expected, std::string_view field);
  bool all_finite(std::span<const float> values, std::string_view field);
  bool all_finite(std::span<const double> values, std::string_view field);
  bool all_positive(std::span<const float> values, std::string_view field);  ///< and finite

  bool identifier(std::string_view text, std::string_view field);  ///< letters, digits, '_'; starts with a letter
  bool label(std::string_view text, std::string_view field);       ///< printable ASCII without spaces at the ends
  bool text(std::string_view text, std::string_view field);        ///< UTF-8 without control characters but tab and line end
  bool sha256(std::string_view text, std::string_view field);

  bool ok() const noexcept { return result_.status == Status::ok; }
  const LoadResult& result() const noexcept { return result_; }

 private:
  template <class T>
  bool every_finite(std::span<const T> values, std::string_view field);

  LoadResult result_;
};

/// Shortest text that reads back as the same number; "nan" and "inf" as they are.
std::string number_text(double value);

/// "layers[3]" and "layers[3].bias"
std::string indexed(std::string_view field, std::size_t index);
std::string member(std::string_view table, std::string_view field);

}  // namespace crbrt::loader

namespace crbrt::loader {

/// Of the FlatBuffer of a file that holds a forward part alone (models/model.fbs, ForwardFile).
inline constexpr const char* forward_identifier = "CRBF";

}  // namespace crbrt::loader

/// What a plausible model stays below. A hostile file may claim anything, and may let many layers share one vector, so sizes
/// that turn into memory or time are bounded here and not by the size of the file. The network of [paper] has 2.67 million
/// weights in 14 layers.
namespace crbrt::loader::limits {

inline constexpr std::uint32_t newest_format_version = 2;
inline constexpr std::uint32_t n_coeff = 128;
inline constexpr std::uint32_t n_frame = 1u << 20;
inline constexpr std::size_t n_layer = 128;
inline constexpr std::uint32_t layer_width = 4096;
inline constexpr std::size_t n_output = 32;
inline constexpr std::size_t packed_weights = std::size_t{1} << 24;   ///< floats of all layers together: 64 MiB
inline constexpr std::size_t integer_numbers = std::size_t{1} << 25;  ///< integers of all operations together, any width
inline constexpr std::size_t slot_features = std::size_t{1} << 16;    ///< features of all slots together: an arena of 6 MiB
inline constexpr std::size_t test_voxels = 4096;
inline constexpr std::size_t forward_features = 256;
inline constexpr std::uint32_t table_intervals = 1u << 16;
inline constexpr std::size_t name_length = 64;
inline constexpr std::size_t text_length = std::size_t{1} << 20;

// FlatBuffers Verifier: Model > layers > Dense > Normalization is the deepest path; tables are counted per visit.
inline constexpr std::uint32_t verifier_depth = 8;
inline constexpr std::uint32_t verifier_tables = 2048;

/// What a model is written as: 2 where it conjugates, so that a reader that cannot refuses it instead of computing without.
constexpr std::uint32_t format_version_of(std::int32_t conjugate_reference) { return conjugate_reference == -1 ? 1 : 2; }

}  // namespace crbrt::loader::limits
