// SPDX-License-Identifier: Apache-2.0
// Filling in texts: whole lines come and go, nothing of a model is taken for a word, and a word that is not known is an error.
#include "codegen/source_text.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace crbrt::codegen {
namespace {

TEST(Template, WordsWithinALineAreReplaced) {
  EXPECT_EQ(filled("a @X@ b @X@@Y_2@;\n", {{"X", "1"}, {"Y_2", "2"}}), "a 1 b 12;\n");
  EXPECT_EQ(filled("no word", {}), "no word");
}

TEST(Template, AWordAloneOnItsLineStandsForAnyNumberOfLines) {
  const std::string text = "{\n@ROWS@\n}\n";
  EXPECT_EQ(filled(text, {{"ROWS", ""}}), "{\n}\n");
  EXPECT_EQ(filled(text, {{"ROWS", "a\nb\n"}}), "{\na\nb\n}\n");
  EXPECT_EQ(filled("@ROWS@\n", {{"ROWS", "a\n"}}), "a\n");
  EXPECT_EQ(filled("x @ROWS@\ny", {{"ROWS", "a"}}), "x a\ny");
}

TEST(Template, WhatWasFilledInIsNotSearchedAgain) { EXPECT_EQ(filled("@A@ @B@", {{"A", "@B@"}, {"B", "@A@"}}), "@B@ @A@"); }

TEST(Template, AWordThatTheGeneratorLacksIsRefused) {
  for (const char* text : {"@X@", "@A", "@", "@@", "@A B@", "@a@"})
    EXPECT_THROW(filled(text, {{"A", "1"}}), std::logic_error) << text;
}

TEST(Template, EveryLineTakesThePrefix) {
  EXPECT_EQ(prefixed("// ", {"a", "b"}), "// a\n// b\n");
  EXPECT_EQ(prefixed("// ", {}), "");
}

}  // namespace
}  // namespace crbrt::codegen
