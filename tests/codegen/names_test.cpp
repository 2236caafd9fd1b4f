// SPDX-License-Identifier: Apache-2.0
// Names that a model file accepts but generated code cannot carry are told apart, and a layer's name stays in its comment.
#include "codegen/source_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "codegen/emit.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

using codegen::why_unusable;

TEST(Names, OrdinaryOnesAreUsable) {
  for (const char* name : {"brain_v1", "x", "T1", "v3p2_full_unbiased", "classy", "Int", "module", "std", "crbrt", "ops"})
    EXPECT_EQ(why_unusable(name), "") << name;
}

TEST(Names, KeywordsAreNot) {
  for (const char* name : {"alignas", "class", "int", "or", "typeof", "xor_eq"})
    EXPECT_EQ(why_unusable(name), "a keyword of C++") << name;
}

TEST(Names, ReservedIdentifiersAreNot) {
  for (const char* name : {"a__b", "a__", "a_", "_X", "_x"}) EXPECT_NE(why_unusable(name), "") << name;
}

TEST(Names, WhatIsNoIdentifierIsNot) {
  for (const char* name : {"", "1x", "a b", "a-b", "class "}) EXPECT_NE(why_unusable(name).find("letters"), std::string::npos);
}

TEST(Names, WhatWouldCollideIsNot) {
  for (const char* name : {"NULL", "linux", "INT8_MAX", "CRBRT_ISA_AUTO", "Op", "Output", "program_version", "string", "math"})
    EXPECT_NE(why_unusable(name), "") << name;
}

/// The lines that a compiler sees, without the model's hash.
std::vector<std::string> code_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.starts_with("//") && line.find("sha256") == std::string::npos) lines.push_back(line);
  return lines;
}

TEST(Names, ThoseOfLayersReachNoCode) {
  ModelSpec spec = plain_skip_spec();
  const codegen::GeneratedFiles expected = codegen::emit(load(spec), "m");
  for (const char* layer : {"class", "1 + 1", "*/", "\"", "a__b"}) {
    ModelSpec renamed = spec;
    for (LayerSpec& hidden : renamed.hidden) {
      if (hidden.skip_from == spec.hidden[0].name) hidden.skip_from = layer;
    }
    renamed.hidden[0].name = layer;
    const codegen::GeneratedFiles found = codegen::emit(load(renamed), "m");
    EXPECT_NE(found.cpp_header.find(layer), std::string::npos) << layer;
    EXPECT_EQ(code_of(found.cpp_header), code_of(expected.cpp_header)) << layer;
    EXPECT_EQ(code_of(found.source), code_of(expected.source)) << layer;
  }
}

TEST(Names, ABackslashAtTheEndOfALayersNameDoesNotReachTheNextLine) {
  ModelSpec spec{.name = "m"};
  spec.hidden = {{.name = "a\\", .width = 5},
                 {.name = "b", .width = 5, .activation = fbs::Activation::none, .skip_from = "a\\"}};
  const std::string text = codegen::emit(load(spec), "m").cpp_header;
  EXPECT_NE(text.find("+ a\\"), std::string::npos) << text;
  EXPECT_EQ(text.find("\\\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace crbrt::tests
