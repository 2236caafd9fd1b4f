// SPDX-License-Identifier: Apache-2.0
/// The attributes of an image (ISMRMRD's "meta" XML) and what the header of a measurement says beside them. ISMRMRD's library
/// reads and writes both; it is known to attributes.cpp alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crbrt::mrd {

/// One attribute with its values, which are texts.
struct Attribute {
  std::string name;
  std::vector<std::string> values;
};

/// XML for an image: those of `carried` (XML of another image, or empty), replaced by `own` of the same name; `defaults` count
/// where neither has the name. What is no XML of this kind is left out; `is_readable` says so.
std::string merged_attributes(const std::string& carried, const std::vector<Attribute>& own,
                              const std::vector<Attribute>& defaults, bool& is_readable);

/// The first value of the first of these names that the XML has; empty where it has none, or is no such XML.
std::optional<std::string> attribute_of(const std::string& xml, std::initializer_list<const char*> names);

/// What the header of a measurement says about its basis and sequence, as user parameters that are texts.
struct MeasurementHeader {
  bool is_readable = false;  ///< it is ISMRMRD's XML
  std::optional<std::string> basis_sha256, sequence_sha256;
};
MeasurementHeader measurement_header(const std::string& xml);

/// Names that attributes, user parameters and parameters of a client give these hashes.
inline constexpr std::initializer_list<const char*> basis_keys{"basis_sha256", "BasisSHA256"};
inline constexpr std::initializer_list<const char*> sequence_keys{"sequence_sha256", "SequenceSHA256"};

}  // namespace crbrt::mrd
