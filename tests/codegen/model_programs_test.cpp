// crbrt-codegen and crbrt-model as a shell sees them: exit codes, one line that says why, outputs complete or absent.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/model_builder.h"
#include "tools/cli/error.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

struct ProgramRun {
  int code = -1;
  std::string text;  ///< stdout and stderr
};

ProgramRun run_program(const std::string& command) {
  ProgramRun run;
  FILE* const pipe = popen((std::string(CRBRT_BIN_DIR) + "/" + command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return run;
  char block[4096];
  while (const std::size_t n = std::fread(block, 1, sizeof block, pipe)) run.text.append(block, n);
  const int status = pclose(pipe);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

class ModelPrograms : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_crbm(model_, plain_spec());
  }
  void TearDown() override { fs::remove_all(folder_); }

  void cut_model() { fs::resize_file(model_, 1000); }

  std::string generate(const std::string& more = "") const {
    return "crbrt-codegen --model " + model_.string() + " --out " + out_.string() + " --precision " +
           (more.empty() ? "f32" : more);
  }

  static void expect_failure(const ProgramRun& run, int code, const std::string& text) {
    EXPECT_EQ(run.code, code) << run.text;
    EXPECT_NE(run.text.find(text), std::string::npos) << run.text;
    EXPECT_EQ(std::count(run.text.begin(), run.text.end(), '\n'), 1) << run.text;
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) /
                           (std::string("model_programs.") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path model_ = folder_ / "plain.crbm";
  const fs::path out_ = folder_ / "generated";
};

std::vector<char> bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(ModelPrograms, CodegenWritesThreeFilesAndTheSameBytesAgain) {
  ASSERT_EQ(run_program(generate()).code, 0);
  const auto first = bytes_of(out_ / "plain.cpp");
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(fs::exists(out_ / "plain.hpp") && fs::exists(out_ / "plain.h"));
  ASSERT_EQ(run_program(generate()).code, 0);
  EXPECT_EQ(bytes_of(out_ / "plain.cpp"), first);
  EXPECT_EQ(std::distance(fs::directory_iterator(out_), fs::directory_iterator()), 3);
}

TEST_F(ModelPrograms, CodegenNamesTheModelAsAsked) {
  ASSERT_EQ(run_program(generate("f32 --name other")).code, 0);
  EXPECT_TRUE(fs::exists(out_ / "other.cpp"));
}

TEST_F(ModelPrograms, CodegenSaysWhichPrecisionsExist) {
  expect_failure(run_program(generate("s8")), cli::exit_usage, "--precision: expected f32");
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(ModelPrograms, CodegenRefusesANameThatIsNoIdentifier) {
  expect_failure(run_program(generate("f32 --name 1x")), cli::exit_usage, "--name: expected");
}

TEST_F(ModelPrograms, CodegenLeavesExistingOutputsWhenTheModelIsBad) {
  ASSERT_EQ(run_program(generate()).code, 0);
  const auto first = bytes_of(out_ / "plain.cpp");
  cut_model();
  expect_failure(run_program(generate()), cli::exit_input,
                 "plain.crbm: expected a model, found one that is refused (container.length: expected");
  EXPECT_EQ(bytes_of(out_ / "plain.cpp"), first);
}

TEST_F(ModelPrograms, CodegenReportsAFolderThatCannotBeWritten) {
  expect_failure(run_program("crbrt-codegen --model " + model_.string() + " --precision f32 --out " + model_.string() + "/x"),
                 cli::exit_output, "cannot be written");
}

TEST_F(ModelPrograms, InfoAndVerifySucceedOnAGoodModel) {
  const ProgramRun info = run_program("crbrt-model info " + model_.string());
  EXPECT_EQ(info.code, 0);
  EXPECT_NE(info.text.find("hidden1: dense 8 -> 17, relu"), std::string::npos) << info.text;
  const ProgramRun verify = run_program("crbrt-model verify " + model_.string());
  EXPECT_EQ(verify.code, 0) << verify.text;
  EXPECT_EQ(verify.text.rfind("scalar: ok: 5 voxels equal bit for bit\n", 0), 0u) << verify.text;
  EXPECT_EQ(static_cast<std::size_t>(std::count(verify.text.begin(), verify.text.end(), '\n')), isa_count());
}

TEST_F(ModelPrograms, VerifyRunsOnlyTheForcedInstructionSet) {
  EXPECT_EQ(run_program("crbrt-model verify " + model_.string() + " --isa scalar").text,
            "scalar: ok: 5 voxels equal bit for bit\n");
  expect_failure(run_program("crbrt-model verify " + model_.string() + " --isa vax"), cli::exit_usage, "--isa: expected");
}

TEST_F(ModelPrograms, AFileThatIsNoModelIsAnInputError) {
  cut_model();
  expect_failure(run_program("crbrt-model info " + model_.string()), cli::exit_input, "container.length: expected");
  expect_failure(run_program("crbrt-model verify " + model_.string()), cli::exit_input, "container.length: expected");
  expect_failure(run_program("crbrt-model info " + (folder_ / "none.crbm").string()), cli::exit_input, "none.crbm: ");
}

TEST_F(ModelPrograms, KernelsThatDisagreeWithTheTestVectorAreADisagreement) {
  fbs::ModelT model = make_model(plain_spec());
  model.test_vector->estimates[0] += 0.5f;
  const auto bytes = to_crbm(model);
  std::ofstream(model_, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const ProgramRun run = run_program("crbrt-model verify " + model_.string());
  EXPECT_EQ(run.code, cli::exit_disagreement);
  EXPECT_NE(run.text.find("scalar: FAILED"), std::string::npos) << run.text;
}

}  // namespace
}  // namespace crbrt::tests
