// SPDX-License-Identifier: Apache-2.0
// The generated C of a small model with every kind of operation is pinned byte by byte. After a wanted change:
//     cmake --build --preset release --target crbrt_regenerate_freestanding_golden
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "codegen/freestanding/emit_freestanding.h"

namespace crbrt::tests {
namespace {

const std::string golden_dir = std::string(CRBRT_SOURCE_DIR) + "/tests/golden/";

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

codegen::FreestandingFiles emitted(const std::string& name) {
  Model model;
  const LoadResult result = load_model_file((golden_dir + "tiny_integer.crbm").c_str(), model);
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  ModelFile file;
  EXPECT_EQ(load_network_file((golden_dir + "tiny_integer.crbm").c_str(), file).status, Status::ok);
  return codegen::emit_freestanding(model, file.network, name);
}

TEST(FreestandingGolden, GeneratedTextIsTheSameByteForByte) {
  const codegen::FreestandingFiles files = emitted("tiny_integer");
  EXPECT_EQ(files.header, text_of(golden_dir + "freestanding/tiny_integer.h"));
  EXPECT_EQ(files.source, text_of(golden_dir + "freestanding/tiny_integer.c"));
}

TEST(FreestandingGolden, NothingIsLeftToReplaceAndNoPathOrMachineStandsInTheText) {
  const codegen::FreestandingFiles files = emitted("tiny_integer");
  for (const std::string& text : {files.header, files.source})
    for (const char* forbidden : {"@", "/home", "/tmp", "/usr", CRBRT_SOURCE_DIR, "include <stdlib", "include <math"})
      EXPECT_EQ(text.find(forbidden), std::string::npos) << forbidden;
}

TEST(FreestandingGolden, EveryNameBelongsToTheModel) {
  const codegen::FreestandingFiles files = emitted("other");
  EXPECT_EQ(files.source.find("tiny_integer_"), std::string::npos);
  EXPECT_EQ(files.header.find("TINY_INTEGER"), std::string::npos);
  EXPECT_NE(files.source.find("void other_network(const int16_t* input, int32_t* sums, void* arena)"), std::string::npos);
}

}  // namespace
}  // namespace crbrt::tests
