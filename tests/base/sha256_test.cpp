// SPDX-License-Identifier: Apache-2.0
// The published test vectors of SHA-256: FIPS 180-4, examples of one block, two blocks and a million letters.
#include "base/sha256.h"

#include <gtest/gtest.h>

namespace crbrt::base {
namespace {

std::string sha256_text(std::string_view bytes) { return hex(sha256(bytes.data(), bytes.size())); }

TEST(Sha256, EqualsThePublishedVectors) {
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_text(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 hash;
  for (const std::string_view piece : {"ab", "", "c"}) hash.add(piece.data(), piece.size());
  EXPECT_EQ(hash.digest(), sha256("abc", 3));
}

TEST(Sha256, ItsTextIs64LowerCaseHexDigits) {
  const std::string text = sha256_text("abc");
  EXPECT_TRUE(is_sha256_text(text));
  EXPECT_FALSE(is_sha256_text(text.substr(1)));
  EXPECT_FALSE(is_sha256_text(text + "0"));
  for (const char letter : {'B', 'g'}) {
    std::string other = text;
    other.front() = letter;
    EXPECT_FALSE(is_sha256_text(other)) << other;
  }
}

}  // namespace
}  // namespace crbrt::base
