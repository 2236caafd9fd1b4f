// SPDX-License-Identifier: Apache-2.0
// crbrt-train as its user meets it: exit codes, signals, files.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "crbrt/loader.hpp"
#include "physics/io/dataset.h"
#include "tests/trainer/training_fixture.h"

extern char** environ;

namespace crbrt::trainer {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Starts crbrt-train with stderr in `log`.
pid_t start(std::vector<std::string> arguments, const std::string& log, char** environment = environ) {
  const std::string program = std::string(CRBRT_BIN_DIR) + "/crbrt-train";
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environment), 0);
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

int exit_code(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Program : public testing::Test {
 protected:
  void SetUp() override {
    physics::write_dataset(dataset_, tests::small_dataset(400));
    write_config("\"epochs\": 4");
  }

  void write_config(const std::string& epochs) {
    std::string text = tests::valid_config_text();
    const std::string before = "\"epochs\": 4";
    std::ofstream(config_) << text.replace(text.find(before), before.size(), epochs);
  }

  std::vector<std::string> arguments(const std::string& out) const {
    return {"--config", config_, "--dataset", dataset_, "--out", out};
  }

  const std::string config_ = tests::temporary_path("config.json"), dataset_ = tests::temporary_path("data.h5"),
                    out_ = tests::temporary_path("model.crbm"), log_ = tests::temporary_path("log");
};

TEST_F(Program, WritesModelCsvAndPicture) {
  ASSERT_EQ(exit_code(start(arguments(out_), log_)), base::exit_ok) << contents(log_);
  Model model;
  EXPECT_EQ(load_model_file(out_.c_str(), model).status, Status::ok);
  const std::string folder = tests::temporary_path("model.training");
  EXPECT_THAT(
      contents(folder + "/loss.csv"),
      testing::StartsWith("epoch,learning_rate,training_loss,validation_loss,validation_m0_semi_frac,validation_t1_apparent_s,"
                          "validation_t2_free_s\n1,"));
  if (!fs::exists("/usr/bin/gnuplot")) GTEST_SKIP() << "no gnuplot: the picture is not checked";
  EXPECT_THAT(contents(folder + "/loss.png"), testing::StartsWith("\x89PNG"));
}

TEST_F(Program, WithoutGnuplotWarnsAndGoesOn) {
  char path[] = "PATH=/nonexistent";
  char* environment[] = {path, nullptr};
  ASSERT_EQ(exit_code(start(arguments(out_), log_, environment)), base::exit_ok) << contents(log_);
  EXPECT_THAT(contents(log_), HasSubstr("gnuplot is not installed"));
  EXPECT_TRUE(fs::exists(out_));
}

TEST_F(Program, OpenBlasComputesWithKernelsOfThisCpu) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) GTEST_SKIP() << "no AVX2: any kernels will do";
#else
  GTEST_SKIP() << "a question of x86";
#endif
  // OpenBLAS says at each start "Core: NAME"; what the last start took counts.
  char verbose[] = "OPENBLAS_VERBOSE=2", path[] = "PATH=/usr/bin:/bin";
  char* environment[] = {verbose, path, nullptr};
  ASSERT_EQ(exit_code(start(arguments(out_), log_, environment)), base::exit_ok) << contents(log_);
  const std::string text = contents(log_), mark = "Core: ";
  const std::size_t at = text.rfind(mark);
  if (at == std::string::npos) GTEST_SKIP() << "LibTorch's BLAS is not OpenBLAS";
  const std::string core = text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
  for (const char* old : {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem"}) EXPECT_NE(core, old) << text;
}

TEST_F(Program, ATrainingThatDivergedHasAnExitCodeOfItsOwnAndLeavesNoModel) {
  std::string text = tests::valid_config_text();
  const std::string rate = "\"learning_rate\": ";
  const std::size_t at = text.find(rate) + rate.size();
  text.replace(at, text.find_first_of(",}", at) - at, "40");
  std::ofstream(config_) << text;
  ASSERT_EQ(exit_code(start(arguments(out_), log_)), base::exit_diverged) << contents(log_);
  EXPECT_THAT(contents(log_), HasSubstr("the training diverged"));
  EXPECT_THAT(contents(log_), HasSubstr("lower optimizer.learning_rate"));
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(Program, SigtermWritesACheckpointFromWhichTheSameModelComes) {
  write_config("\"epochs\": 500");  // seconds: long enough to be stopped on the way
  const pid_t child = start(arguments(out_), log_);
  for (int i = 0; i < 600 && contents(log_).find("epoch 1/") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::kill(child, SIGTERM);
  ASSERT_EQ(exit_code(child), base::exit_interrupted) << contents(log_);
  EXPECT_THAT(contents(log_), HasSubstr("--resume continues"));
  EXPECT_FALSE(fs::exists(out_));
  auto resume = arguments(out_);
  resume.push_back("--resume");
  ASSERT_EQ(exit_code(start(resume, log_)), base::exit_ok) << contents(log_);
  const std::string whole = tests::temporary_path("whole.crbm");
  ASSERT_EQ(exit_code(start(arguments(whole), log_)), base::exit_ok) << contents(log_);
  EXPECT_EQ(contents(out_), contents(whole));
}

TEST_F(Program, BadInputHasItsExitCodeAndLeavesOldOutputsAlone) {
  std::ofstream(out_) << "old";
  auto missing = arguments(out_);
  missing[3] = tests::temporary_path("absent.h5");
  EXPECT_EQ(exit_code(start(missing, log_)), base::exit_input);
  EXPECT_THAT(contents(log_), HasSubstr("absent.h5: expected"));
  auto resume = arguments(out_);
  resume.push_back("--resume");
  EXPECT_EQ(exit_code(start(resume, log_)), base::exit_input);
  EXPECT_EQ(exit_code(start({"--config", config_}, log_)), base::exit_usage);
  EXPECT_EQ(exit_code(start(arguments("/proc/model.crbm"), log_)), base::exit_output);
  EXPECT_EQ(contents(out_), "old");
}

class ForwardProgram : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    std::ofstream(config_) << R"({"task": "forward", "name": "forward",
      "network": {"hidden": [12], "activation": "root_silu"},
      "features": [{"inputs": ["m0_semi_frac"]}, {"inputs": ["r1_apparent_hz"]}, {"inputs": ["r2_free_hz"]}],
      "outputs": ["m0_semi_frac"], "residual_weight": 0.3, "derivative_weight": 0,
      "optimizer": {"kind": "soap", "learning_rate": 0.003}, "schedule": {"kind": "linear"},
      "training": {"batch": 64, "epochs": 4, "seed": 3}, "validation": {"count": 50, "every": 2}})";
    physics::Dataset set = tests::small_dataset(400);
    // Of pool size, R1 and R2; the made-up signal depends on nothing else.
    set.unknowns =
        physics::Unknowns(physics::T1Model::apparent, {physics::Parameter::exchange_hz, physics::Parameter::t2_semi_s,
                                                       physics::Parameter::omega0_rad_s, physics::Parameter::b1_rel});
    set.crb = Eigen::MatrixXd(set.crb.topRows(3));
    physics::write_dataset(dataset_, set);
    set.jacobian = Eigen::MatrixXcf::Random(3 * set.coefficients.rows(), set.coefficients.cols());
    physics::write_dataset(with_derivatives_, set);
  }
  const std::string with_derivatives_ = tests::temporary_path("derivatives.h5");
};

TEST_F(ForwardProgram, ASetWithoutDerivativesIsRefusedWithTheOptionThatMakesThem) {
  EXPECT_EQ(exit_code(start(arguments(out_), log_)), base::exit_disagreement);
  EXPECT_THAT(contents(log_),
              HasSubstr("data.h5: expected derivatives in /jacobian (crbrt-simulate --prior ... --derivatives), found none"));
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(ForwardProgram, WritesAFileOfTheForwardPartAlone) {
  ASSERT_EQ(exit_code(start({"--config", config_, "--dataset", with_derivatives_, "--out", out_}, log_)), base::exit_ok)
      << contents(log_);
  Model model;
  ASSERT_EQ(load_forward_file(out_.c_str(), model).status, Status::ok);
  EXPECT_EQ(model.forward_program()->n_input, 3u);
  EXPECT_EQ(model.info().forward.epochs, 4u);
  EXPECT_THAT(contents(fs::path(out_).replace_extension(".training").string() + "/loss.csv"),
              HasSubstr("validation_m0_semi_frac"));
}

TEST_F(ForwardProgram, OptionsOfEstimatorsAndForwardModelsDoNotMix) {
  const auto refused = [&](const std::string& option, const std::string& file) {
    EXPECT_EQ(exit_code(start({"--config", config_, "--dataset", with_derivatives_, "--out", out_, option, file}, log_)),
              base::exit_usage)
        << option;
  };
  refused("--teacher", out_);
  refused("--phase-dataset", with_derivatives_);  // the configuration has no table
  write_config("\"epochs\": 4");
  refused("--estimator", out_);
  refused("--phase-dataset", dataset_);
}

}  // namespace
}  // namespace crbrt::trainer
