// SPDX-License-Identifier: Apache-2.0
// Every map of the table of quantities has a unit of UCUM and a code that fits DICOM's fields.
#include "tools/dicom/codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "physics/quantity.h"
#include "tools/volume/shown_unit.h"

namespace crbrt::dicom {
namespace {

TEST(Codes, EveryMapOfTheTableHasAUnitOfUcum) {
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (quantity.map.name.empty()) continue;
    EXPECT_EQ(unit_code(std::string(quantity.map.unit)).scheme, "UCUM") << quantity.key;
    EXPECT_EQ(unit_code(volume::shown_unit(quantity.key, quantity.map.unit).unit).scheme, "UCUM");
  }
}

TEST(Codes, QuantitiesWithoutACodeOfDicomHaveOneEach) {
  std::set<std::string> values;
  for (const physics::Quantity& quantity : physics::quantities()) {
    const Code code = quantity_code(std::string(quantity.key), "").quantity;
    EXPECT_LE(code.value.size(), 16U);
    EXPECT_LE(code.meaning.size(), 64U);
    if (code.scheme != private_scheme || quantity.map.name.empty()) continue;
    EXPECT_TRUE(values.insert(code.value).second) << code.value;
  }
}

TEST(Codes, AStandardDeviationIsADerivationOfItsQuantity) {
  const QuantityCode code = quantity_code("t1_free_s_std", "");
  EXPECT_EQ(code.quantity, (Code{"113063", "DCM", "T1"}));
  ASSERT_TRUE(code.derivation);
  EXPECT_EQ(*code.derivation, (Code{"113061", "DCM", "Standard Deviation"}));
  EXPECT_EQ(code.image_type, "OTHER");
}

TEST(Codes, TheUnitOfAnotherSimulatorIsOurs) {
  EXPECT_EQ(unit_code("mmol/l of this").scheme, private_scheme);
  EXPECT_EQ(unit_code("").value, "unknown");
}

TEST(Codes, TextsHaveNoBackslashAndNoByteBeyondAscii) { EXPECT_EQ(plain_text("a\\b\n\xc2\xb5s", 5), "a/b??"); }

}  // namespace
}  // namespace crbrt::dicom
