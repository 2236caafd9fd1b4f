// SPDX-License-Identifier: Apache-2.0
// Two tables. A quantity has a code of DICOM only where the code means the same.
#include "tools/dicom/codes.h"

#include <array>

#include "physics/quantity.h"
#include "tools/volume/bids_names.h"

namespace crbrt::dicom {
namespace {

struct UnitRow {
  const char* unit;
  const char* code;
  const char* meaning;
};

constexpr auto units = std::to_array<UnitRow>({{"s", "s", "second"},
                                               {"ms", "ms", "millisecond"},
                                               {"us", "us", "microsecond"},
                                               {"1/s", "/s", "per second"},
                                               {"Hz", "Hz", "hertz"},
                                               {"rad/s", "rad/s", "radian per second"},
                                               {"1", "1", "no units"},
                                               {"%", "%", "percent"},
                                               {"mm", "mm", "millimeter"},
                                               {"arbitrary", "[arb'U]", "arbitrary unit"}});

struct QuantityRow {
  const char* key;
  const char* code;
  const char* meaning;
  const char* image_type;
};

constexpr auto quantities_of_dicom = std::to_array<QuantityRow>({{"t1_free_s", "113063", "T1", "T1 MAP"},
                                                                 {"t1_apparent_s", "113063", "T1", "T1 MAP"},
                                                                 {"t2_free_s", "113065", "T2", "T2 MAP"},
                                                                 {"r1_free_hz", "126393", "R1", "OTHER"},
                                                                 {"r1_apparent_hz", "126393", "R1", "OTHER"},
                                                                 {"r2_free_hz", "126394", "R2", "OTHER"}});

constexpr std::size_t longest_value = 16, longest_meaning = 64;

/// Our own codes; a key may be longer than a code value, and its end says more than its beginning.
Code private_code(const std::string& key, const std::string& meaning) {
  std::string value = key;
  if (value == "omega0_rad_s") value = "omega0";
  return {plain_text(value, longest_value), private_scheme, plain_text(meaning.empty() ? key : meaning, longest_meaning)};
}

}  // namespace

std::string plain_text(const std::string& text, std::size_t longest) {
  std::string plain;
  for (const char c : text) {
    if (plain.size() == longest) break;
    plain.push_back(c == '\\' ? '/' : c < ' ' || c > '~' ? '?' : c);
  }
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return plain;
}

Code unit_code(const std::string& unit) {
  for (const UnitRow& row : units)
    if (unit == row.unit) return {row.code, "UCUM", row.meaning};
  const std::string plain = plain_text(unit, longest_value);
  return {plain.empty() ? "unknown" : plain, private_scheme, plain_text("unit of the model: " + unit, longest_meaning)};
}

QuantityCode quantity_code(const std::string& output, const std::string& description) {
  const bool is_std = output.ends_with(volume::std_suffix);
  const std::string key = volume::estimate_of(output);
  QuantityCode code{{}, {}, "OTHER"};
  if (is_std) code.derivation = Code{"113061", "DCM", "Standard Deviation"};
  for (const QuantityRow& row : quantities_of_dicom) {
    if (key != row.key) continue;
    code.quantity = {row.code, "DCM", row.meaning};
    if (!is_std) code.image_type = row.image_type;
    return code;
  }
  const physics::Quantity* const known = physics::find_quantity(key);
  code.quantity = private_code(key, known != nullptr ? std::string(known->description) : description);
  return code;
}

}  // namespace crbrt::dicom
