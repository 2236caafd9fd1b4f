// SPDX-License-Identifier: Apache-2.0
// Programs that were built without DCMTK: the option is there, and one line says what is missing.
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "tools/dicom/map_series.h"

namespace crbrt::dicom {
namespace {

TEST(WithoutDcmtk, TheOptionSaysWhatIsMissing) {
  base::Warnings warnings("test");
  try {
    MapSeries("series", {}, {}, warnings);
    FAIL() << "nothing was said";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::exit_output);
    EXPECT_STREQ(error.what(), "--dicom-like: this program was built without DCMTK (docs/dicom.md)");
  }
}

TEST(WithoutDcmtk, RunsWithoutTheOptionGoOn) {
  base::Warnings warnings("test");
  MapSeries series("", {}, {}, warnings);
  EXPECT_FALSE(series.is_asked_for());
  EXPECT_NO_THROW(series.open({}));
  EXPECT_NO_THROW(series.commit());
}

}  // namespace
}  // namespace crbrt::dicom
