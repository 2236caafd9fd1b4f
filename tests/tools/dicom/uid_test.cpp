// SPDX-License-Identifier: Apache-2.0
// Identifiers of PS3.5 B.2: a UUID as a decimal number.
#include "tools/dicom/uid.h"

#include <gtest/gtest.h>

namespace crbrt::dicom {
namespace {

TEST(Uid, IsTheDecimalNumberOfAUuidOfVersion8) {
  base::Sha256Digest digest{};  // 00000000-0000-8000-8000-000000000000 is 2^79 + 2^63
  EXPECT_EQ(uid_of(digest), "2.25.604472133179351442128896");
  digest.fill(0xff);  // ffffffff-ffff-8fff-bfff-ffffffffffff
  EXPECT_EQ(uid_of(digest), "2.25.340282366920937934553716840013076889599");
}

TEST(Uid, HasAtMost64Characters) {
  base::Sha256Digest digest{};
  digest.fill(0xff);
  EXPECT_LE(uid_of(digest).size(), 64U);
}

}  // namespace
}  // namespace crbrt::dicom
