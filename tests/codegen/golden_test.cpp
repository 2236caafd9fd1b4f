// SPDX-License-Identifier: Apache-2.0
// The generator's output for small models (one gives standard deviations and scores, one is in integers) is pinned byte by
// byte, compiled and run. After a wanted change:
//     cmake --build --preset release --target crbrt_regenerate_goldens
#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "codegen/emit.h"
#include "tests/support/model_builder.h"
#include "tiny.hpp"
#include "tiny_integer.hpp"
#include "tiny_uncertain.hpp"

namespace crbrt::tests {
namespace {

const std::string golden_dir = std::string(CRBRT_SOURCE_DIR) + "/tests/golden/";

std::string text_of(const std::string& name) {
  std::ifstream file(golden_dir + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Golden {
  const char* name;
  const Program& program;
  codegen::Form form;
};
const Golden goldens[] = {{"tiny", models::tiny, codegen::Form::floating},
                          {"tiny_uncertain", models::tiny_uncertain, codegen::Form::floating},
                          {"tiny_integer", models::tiny_integer, codegen::Form::integers}};

Model model_of(const Golden& golden) {
  Model model;
  const LoadResult result = load_model_file((golden_dir + golden.name + ".crbm").c_str(), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return model;
}

TEST(Golden, GeneratedTextIsTheSameByteForByte) {
  for (const Golden& golden : goldens) {
    const std::string name = golden.name;
    const codegen::GeneratedFiles files = codegen::emit(model_of(golden), name, golden.form);
    EXPECT_EQ(files.cpp_header, text_of(name + ".hpp"));
    EXPECT_EQ(files.c_header, text_of(name + ".h"));
    EXPECT_EQ(files.source, text_of(name + ".cpp"));
    EXPECT_EQ(files.kernels, text_of(name + "_kernels.cpp"));
  }
}

TEST(Golden, TheCompiledTextGivesTheEstimatesThatTheFileCarries) {
  for (const Golden& golden : goldens) {
    if (golden.form == codegen::Form::integers) continue;
    const Model model = model_of(golden);
    EXPECT_EQ(estimates_of(golden.program, model.info().test_coefficients, Isa::scalar), model.info().test_estimates);
  }
}

/// Integer estimates are not in the file; they are the same everywhere, so they are pinned here: bits of every estimate,
/// summed.
TEST(Golden, TheCompiledIntegersAreTheSameOnEveryMachine) {
  const Model model = model_of(goldens[2]);
  const std::vector<float> found = estimates_of(models::tiny_integer, model.info().test_coefficients, Isa::automatic);
  EXPECT_EQ(found, estimates_of(*model.integer_program(), model.info().test_coefficients, Isa::scalar));
  std::uint64_t sum = 0;
  for (const float estimate : found) sum = sum * 31 + std::bit_cast<std::uint32_t>(estimate);
  EXPECT_EQ(sum, 14211552476456342678u);
}

TEST(Golden, IntegersHoldEveryKindOfOperation) {
  std::set<OpKind> kinds;
  for (std::uint32_t i = 0; i < models::tiny_integer.n_op; ++i) kinds.insert(models::tiny_integer.ops[i].kind);
  EXPECT_EQ(kinds, (std::set{OpKind::quantize, OpKind::dequantize, OpKind::dense_s16, OpKind::dense_u8, OpKind::affine_s16,
                             OpKind::group_norm_s16}));
}

TEST(Golden, HoldsEveryKindOfOperation) {
  std::set<OpKind> kinds;
  for (std::uint32_t i = 0; i < models::tiny.n_op; ++i) kinds.insert(models::tiny.ops[i].kind);
  EXPECT_EQ(kinds, (std::set{OpKind::dense, OpKind::group_norm, OpKind::relu, OpKind::affine}));
}

TEST(Golden, NoPathDateOrMachineStandsInGeneratedText) {
  std::string text;
  for (const Golden& golden : goldens)
    for (const char* ending : {".cpp", ".hpp", ".h"}) text += text_of(golden.name + std::string(ending));
  for (const char* forbidden : {"/home", "/tmp", "/usr", CRBRT_SOURCE_DIR})
    EXPECT_EQ(text.find(forbidden), std::string::npos) << forbidden;
  EXPECT_FALSE(std::regex_search(text, std::regex("202[0-9]-[0-9]")));
}

}  // namespace
}  // namespace crbrt::tests
