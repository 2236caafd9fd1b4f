// The generator's output for one small model is pinned byte by byte, compiled and run. After a wanted change:
//     cmake --build --preset release --target crbrt_regenerate_goldens
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "codegen/emit.h"
#include "tests/support/model_builder.h"
#include "tiny.hpp"

namespace crbrt::tests {
namespace {

const std::string golden_dir = std::string(CRBRT_SOURCE_DIR) + "/tests/golden/";

std::string text_of(const std::string& name) {
  std::ifstream file(golden_dir + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Model golden_model() {
  Model model;
  const LoadResult result = load_model_file((golden_dir + "tiny.crbm").c_str(), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  return model;
}

TEST(Golden, GeneratedTextIsTheSameByteForByte) {
  const codegen::GeneratedFiles files = codegen::emit(golden_model(), "tiny");
  EXPECT_EQ(files.cpp_header, text_of("tiny.hpp"));
  EXPECT_EQ(files.c_header, text_of("tiny.h"));
  EXPECT_EQ(files.source, text_of("tiny.cpp"));
}

TEST(Golden, TheCompiledTextGivesTheEstimatesThatTheFileCarries) {
  const Model model = golden_model();
  EXPECT_EQ(estimates_of(models::tiny, model.info().test_coefficients, Isa::scalar), model.info().test_estimates);
}

TEST(Golden, HoldsEveryKindOfOperation) {
  std::set<OpKind> kinds;
  for (std::uint32_t i = 0; i < models::tiny.n_op; ++i) kinds.insert(models::tiny.ops[i].kind);
  EXPECT_EQ(kinds, (std::set{OpKind::dense, OpKind::group_norm, OpKind::relu, OpKind::affine}));
}

TEST(Golden, NoPathDateOrMachineStandsInGeneratedText) {
  const std::string text = text_of("tiny.cpp") + text_of("tiny.hpp") + text_of("tiny.h");
  for (const char* forbidden : {"/home", "/tmp", "/usr", CRBRT_SOURCE_DIR, "202"})
    EXPECT_EQ(text.find(forbidden), std::string::npos) << forbidden;
}

}  // namespace
}  // namespace crbrt::tests
