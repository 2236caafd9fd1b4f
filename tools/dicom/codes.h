// SPDX-License-Identifier: Apache-2.0
/// Coded units and quantities: the one place that says how DICOM calls what the table of quantities (physics/quantity.h) has.
///
/// Codes of the scheme DCM are those of DICOM PS3.16 (as in DCMTK 3.6.7); units are of UCUM, in the form of PS3.16 CID 82. What
/// has no code there is of our private scheme 99CRBRT, whose values are the keys of docs/quantities.md.
#pragma once

#include <optional>
#include <string>

namespace crbrt::dicom {

struct Code {
  std::string value;    ///< at most 16 characters
  std::string scheme;   ///< "UCUM", "DCM", "SCT", "99CRBRT"
  std::string meaning;  ///< at most 64 characters

  bool operator==(const Code&) const = default;
};

inline constexpr const char* private_scheme = "99CRBRT";

/// Of a unit of the table of quantities, of maps or of displays ("s", "ms", "us", "1/s", "Hz", "%", "1", "arbitrary"). A unit
/// of a model of another simulator that UCUM may not know stands under our own scheme.
Code unit_code(const std::string& unit);

/// Of a map, by the output that it shows ("t1_free_s", "t1_free_s_std", "status"), its name and what it is.
struct QuantityCode {
  Code quantity;
  std::optional<Code> derivation;  ///< standard deviation of that quantity
  std::string image_type;          ///< value 3 of ImageType, as PS3.3 C.8.3.1.1.1 lists them: "T1 MAP"
};
QuantityCode quantity_code(const std::string& output, const std::string& description);

/// Printable ASCII of at most so many characters; a backslash, which would divide a value in two, becomes a slash.
std::string plain_text(const std::string& text, std::size_t longest);

}  // namespace crbrt::dicom
