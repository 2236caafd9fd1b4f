// SPDX-License-Identifier: Apache-2.0
// Every map of the table of quantities has a unit of UCUM and a code that fits DICOM's fields.
#include "tools/dicom/codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "physics/quantity.h"

namespace crbrt::dicom {
namespace {

TEST(Codes, EveryMapOfTheTableHasAUnitOfUcum) {
  for (const physics::Quantity& quantity : physics::quantities()) {
    if (quantity.map.name.empty()) continue;
    EXPECT_EQ(unit_code(std::string(quantity.map.unit)).scheme, "UCUM") << quantity.key;
    EXPECT_EQ(unit_code(shown_unit(std::string(quantity.key), std::string(quantity.map.unit)).unit).scheme, "UCUM");
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

// A viewer that rounds to whole numbers still shows tissue.
TEST(Codes, MapsAreInTheUnitInWhichPeopleSeeThem) {
  const auto expect = [](const char* output, const char* unit, const char* shown, double factor) {
    const ShownUnit found = shown_unit(output, unit);
    EXPECT_EQ(found.unit, shown) << output;
    EXPECT_DOUBLE_EQ(found.factor, factor) << output;
  };
  expect("t1_free_s", "s", "ms", 1000);
  expect("t1_free_s_std", "s", "ms", 1000);
  expect("t1_free_s", "ms", "ms", 1);  // --units ms
  expect("t2_semi_s", "s", "us", 1e6);
  expect("m0_semi_frac", "1", "%", 100);
  expect("b1_rel", "1", "%", 100);
  expect("omega0_rad_s", "Hz", "Hz", 1);
  expect("m0", "arbitrary", "arbitrary", 1);
  expect("atypicality", "1", "1", 1);
  expect("t9_of_another_simulator", "s", "ms", 1000);
  expect("t9_of_another_simulator", "K", "K", 1);
}

TEST(Codes, TheUnitOfAnotherSimulatorIsOurs) {
  EXPECT_EQ(unit_code("mmol/l of this").scheme, private_scheme);
  EXPECT_EQ(unit_code("").value, "unknown");
}

TEST(Codes, TextsHaveNoBackslashAndNoByteBeyondAscii) { EXPECT_EQ(plain_text("a\\b\n\xc2\xb5s", 5), "a/b??"); }

}  // namespace
}  // namespace crbrt::dicom
