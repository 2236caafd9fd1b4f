// SPDX-License-Identifier: Apache-2.0
// crbrt-codegen and crbrt-model as a shell sees them: exit codes, one line that says why, outputs complete or absent.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "tests/support/forward_models.h"
#include "tests/support/model_builder.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;

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

  const fs::path folder_ = fs::path(::testing::TempDir()) /
                           (std::string("model_programs.") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path model_ = folder_ / "plain.crbm";
  const fs::path out_ = folder_ / "generated";
};

std::vector<char> bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(ModelPrograms, CodegenWritesFourFilesAndTheSameBytesAgain) {
  ASSERT_EQ(run(generate()).exit_code, 0);
  const auto first = bytes_of(out_ / "plain.cpp");
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(fs::exists(out_ / "plain.hpp") && fs::exists(out_ / "plain.h") && fs::exists(out_ / "plain_kernels.cpp"));
  ASSERT_EQ(run(generate()).exit_code, 0);
  EXPECT_EQ(bytes_of(out_ / "plain.cpp"), first);
  EXPECT_EQ(std::distance(fs::directory_iterator(out_), fs::directory_iterator()), 4);
}

TEST_F(ModelPrograms, CodegenNamesTheModelAsAsked) {
  ASSERT_EQ(run(generate("f32 --name other")).exit_code, 0);
  EXPECT_TRUE(fs::exists(out_ / "other.cpp"));
}

TEST_F(ModelPrograms, CodegenSaysWhichPrecisionsExist) {
  expect_refusal(run(generate("s8")), base::exit_usage, {"--precision: expected f32"});
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(ModelPrograms, CodegenMakesAnIntegerFormSavesItAndTakesItUpAgain) {
  const fs::path saved = folder_ / "saved.crbm";
  const Outcome made = run(generate("i16 --save-model " + saved.string()));
  ASSERT_EQ(made.exit_code, 0) << made.text;
  EXPECT_NE(made.text.find("| hidden2: dense s16 -> s16, weights s16 |"), std::string::npos) << made.text;
  EXPECT_NE(made.text.find("measured on the embedded sample of 5 voxels"), std::string::npos) << made.text;
  const auto tables = bytes_of(out_ / "plain.cpp");
  const Outcome again = run("crbrt-codegen --model " + saved.string() + " --precision mixed --out " + out_.string());
  ASSERT_EQ(again.exit_code, 0) << again.text;
  EXPECT_EQ(bytes_of(out_ / "plain.cpp"), tables);
  const Outcome info = run("crbrt-model info " + saved.string());
  EXPECT_NE(info.text.find("integer form        precision i16\n"), std::string::npos) << info.text;
  const Outcome verify = run("crbrt-model verify " + saved.string());
  EXPECT_EQ(verify.text.rfind("scalar: ok: 5 voxels equal bit for bit; integers equal bit for bit\n", 0), 0u) << verify.text;
}

TEST_F(ModelPrograms, CodegenRefusesABudgetThatCannotBeHeldAndSaysTheBest) {
  expect_refusal(run(generate("mixed --budget 1e-12")), base::exit_disagreement,
                 {"plain.crbm: expected a CRB loss that rises by at most 1e-12", "with 16 bits everywhere"});
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(ModelPrograms, CodegenRefusesOptionsOfIntegersForFloats) {
  expect_refusal(run(generate("f32 --budget 0.01")), base::exit_usage,
                 {"--precision f32: expected no option of integer forms"});
  expect_refusal(run(generate("mixed --budget 0")), base::exit_usage, {"--budget: expected a number above 0"});
  expect_refusal(run(generate("i8 --dataset none.h5")), base::exit_input, {"none.h5"});
}

TEST_F(ModelPrograms, CodegenTakesTheIntegersOfAFineTunedModelAsTheyAre) {
  const fs::path tuned = folder_ / "tuned.crbm", saved = folder_ / "saved.crbm", other = folder_ / "other.crbm";
  ASSERT_EQ(run(generate("i8 --save-model " + tuned.string())).exit_code, 0);
  const auto tables = bytes_of(out_ / "plain.cpp");
  const Outcome taken = run(generate("i8 --integer-weights-from " + tuned.string() + " --save-model " + saved.string()));
  ASSERT_EQ(taken.exit_code, 0) << taken.text;
  EXPECT_NE(taken.text.find("integers of a fine-tuned model"), std::string::npos);
  EXPECT_EQ(bytes_of(out_ / "plain.cpp").size(), tables.size());  // all but the content's hash
  write_crbm(other, batch_norm_spec());
  expect_refusal(run(generate("i8 --integer-weights-from " + other.string())), base::exit_disagreement,
                 {"other.crbm: expected layers, preprocessing, basis and outputs of the model"});
}

TEST_F(ModelPrograms, CodegenRefusesANameThatIsNoIdentifier) {
  expect_refusal(run(generate("f32 --name 1x")), base::exit_usage, {"--name: expected"});
}

TEST_F(ModelPrograms, CodegenRefusesNamesThatCppHasTaken) {
  expect_refusal(run(generate("f32 --name class")), base::exit_usage,
                 {"--name: expected a free C++ identifier, found class, a keyword of C++"});
  ModelSpec spec = plain_spec();
  spec.name = "int";  // the loader accepts it: it is a file's name, too
  write_crbm(model_, spec);
  expect_refusal(
      run(generate()), base::exit_input,
      {"plain.crbm: expected a model whose name is a free C++ identifier (or --name NAME), found int, a keyword of C++"});
  EXPECT_FALSE(fs::exists(out_));
  EXPECT_EQ(run(generate("f32 --name other")).exit_code, 0);
}

TEST_F(ModelPrograms, CodegenLeavesExistingOutputsWhenTheModelIsBad) {
  ASSERT_EQ(run(generate()).exit_code, 0);
  const auto first = bytes_of(out_ / "plain.cpp");
  cut_model();
  expect_refusal(run(generate()), base::exit_input,
                 {"plain.crbm: expected a model, found one that is refused (container.length: expected"});
  EXPECT_EQ(bytes_of(out_ / "plain.cpp"), first);
}

TEST_F(ModelPrograms, CodegenReportsAFolderThatCannotBeWritten) {
  expect_refusal(run("crbrt-codegen --model " + model_.string() + " --precision f32 --out " + model_.string() + "/x"),
                 base::exit_output, {"cannot be written"});
}

TEST_F(ModelPrograms, CodegenReplacesWhatItMadeAndNothingThatIsWrittenByHand) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run(generate()).exit_code, 0);
  const std::string by_hand = "// my own\n";
  for (const char* name : {"plain.h", "plain.hpp", "plain.cpp", "plain_kernels.cpp"}) {
    std::ofstream(out_ / name) << by_hand;
    expect_refusal(run(generate()), base::exit_output,
                   {std::string(name) + ": cannot be written: crbrt-codegen did not make it"});
    EXPECT_EQ(bytes_of(out_ / name), std::vector<char>(by_hand.begin(), by_hand.end()));
    fs::remove(out_ / name);
  }
}

TEST_F(ModelPrograms, InfoAndVerifySucceedOnAGoodModel) {
  const Outcome info = run("crbrt-model info " + model_.string());
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_NE(info.text.find("hidden1: dense 8 -> 17, relu"), std::string::npos) << info.text;
  const Outcome verify = run("crbrt-model verify " + model_.string());
  EXPECT_EQ(verify.exit_code, 0) << verify.text;
  EXPECT_EQ(verify.text.rfind("scalar: ok: 5 voxels equal bit for bit\n", 0), 0u) << verify.text;
  EXPECT_EQ(static_cast<std::size_t>(std::count(verify.text.begin(), verify.text.end(), '\n')), isa_count());
}

TEST_F(ModelPrograms, VerifyRunsOnlyTheForcedInstructionSet) {
  EXPECT_EQ(run("crbrt-model verify " + model_.string() + " --isa scalar").text, "scalar: ok: 5 voxels equal bit for bit\n");
  expect_refusal(run("crbrt-model verify " + model_.string() + " --isa vax"), base::exit_usage, {"--isa: expected"});
}

TEST_F(ModelPrograms, AFileThatIsNoModelIsAnInputError) {
  cut_model();
  expect_refusal(run("crbrt-model info " + model_.string()), base::exit_input, {"container.length: expected"});
  expect_refusal(run("crbrt-model verify " + model_.string()), base::exit_input, {"container.length: expected"});
  expect_refusal(run("crbrt-model info " + (folder_ / "none.crbm").string()), base::exit_input, {"none.crbm: "});
}

TEST_F(ModelPrograms, KernelsThatDisagreeWithTheTestVectorAreADisagreement) {
  fbs::ModelT model = make_model(plain_spec());
  model.test_vector->estimates[0] += 0.5f;
  const auto bytes = to_crbm(model);
  std::ofstream(model_, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const Outcome outcome = run("crbrt-model verify " + model_.string());
  EXPECT_EQ(outcome.exit_code, base::exit_disagreement);
  EXPECT_NE(outcome.text.find("scalar: FAILED"), std::string::npos) << outcome.text;
}

TEST_F(ModelPrograms, ExportBasisWritesEveryFormatAndSaysItsHash) {
  const std::string sha256 = load(plain_spec()).info().basis_sha256;
  for (const char* name : {"b.h5", "b.mat", "b.npy", "b.cfl"}) {
    const Outcome outcome = run("crbrt-model export-basis --model " + model_.string() + " --out " + (folder_ / name).string());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    EXPECT_NE(outcome.text.find(sha256), std::string::npos) << outcome.text;
    EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  }
  EXPECT_TRUE(fs::exists(folder_ / "b.hdr"));
}

TEST_F(ModelPrograms, ExportBasisNeedsAModelThatCarriesItsBasis) {
  ModelSpec spec = plain_spec();
  spec.ship_basis = false;
  write_crbm(model_, spec);
  const std::string out = (folder_ / "b.h5").string();
  expect_refusal(run("crbrt-model export-basis --model " + model_.string() + " --out " + out), base::exit_input,
                 {model_.string(), "a model that carries its basis", "its hash alone"});
  EXPECT_FALSE(fs::exists(out));
}

/// Writes a forward part alone beside the estimator of the test.
std::string write_forward(const fs::path& folder, const ModelSpec& estimator) {
  const std::vector<std::uint8_t> bytes = crbm_image(forward_alone(load_file(estimator), PhaseForm::table));
  const fs::path path = folder / "forward.crbm";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return path.string();
}

TEST_F(ModelPrograms, AddForwardPutsItBesideTheEstimatorAndEverythingElseStays) {
  const std::string forward = write_forward(folder_, plain_spec()), both = (folder_ / "both.crbm").string();
  const Outcome joined = run("crbrt-model add-forward --model " + model_.string() + " --forward " + forward + " --out " + both);
  ASSERT_EQ(joined.exit_code, 0) << joined.text;
  for (const std::string& file : {forward, both}) {
    const Outcome info = run("crbrt-model info " + file), verified = run("crbrt-model verify " + file);
    EXPECT_EQ(info.exit_code, 0) << info.text;
    for (const char* part : {"m0_semi_frac, 0 to 0.3", "table of 6 intervals", "hidden1: dense 2 -> 5, root silu",
                             "r2_free_hz, sqrt(CRB) at SNR 100: 0.07 rms, 0.04 median, 0.3 in 99 %"})
      EXPECT_NE(info.text.find(part), std::string::npos) << part << " in " << info.text;
    EXPECT_EQ(verified.exit_code, 0) << verified.text;
    EXPECT_NE(verified.text.find("scalar, forward part: ok: 2 voxels equal bit for bit"), std::string::npos) << verified.text;
  }
  // Adding it a second time replaces it.
  const std::string again = (folder_ / "again.crbm").string();
  ASSERT_EQ(run("crbrt-model add-forward --model " + both + " --forward " + both + " --out " + again).exit_code, 0);
  EXPECT_EQ(bytes_of(again), bytes_of(both));
  EXPECT_NE(run("crbrt-model info " + model_.string()).text.find("forward part        none"), std::string::npos);
}

TEST_F(ModelPrograms, AddForwardRefusesWhatDoesNotBelongTogether) {
  ModelSpec other = plain_spec();
  other.n_coeff = 5;  // has another basis
  const std::string forward = write_forward(folder_, other), out = (folder_ / "both.crbm").string();
  const std::string start = "crbrt-model add-forward --out " + out + " --model ";
  expect_refusal(run(start + model_.string() + " --forward " + forward), base::exit_disagreement,
                 {forward, "the sequence and basis of " + model_.string(), "protocol.basis_sha256"});
  expect_refusal(run(start + model_.string() + " --forward " + model_.string()), base::exit_disagreement,
                 {model_.string(), "a forward part (crbrt-train with \"task\": \"forward\")", "an estimator alone"});
  expect_refusal(run(start + forward + " --forward " + forward), base::exit_input, {forward, "a forward part alone"});
  EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace crbrt::tests
