// SPDX-License-Identifier: Apache-2.0
// A basis that BART's files rounded to single precision is the model's, and a complex one goes all the way from simulation to
// maps.
#include <gtest/gtest.h>

#include <Eigen/Core>
#include <complex>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "base/model_file.h"
#include "physics/io/dataset.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/orthonormal.h"
#include "tests/support/run_program.h"
#include "tools/volume/basis_out.h"

namespace crbrt::tests {
namespace {

using physics::Basis;
using physics::Dataset;

constexpr Eigen::Index n_coeff = 8;
constexpr int n_fingerprint = 300;

class Bases : public testing::Test {
 protected:
  /// Always the same tissues.
  Dataset simulated(const std::string& options, const std::string& name) const {
    const Outcome made = run("crbrt-simulate --sequence " + sequence +
                             " --prior " CRBRT_SOURCE_DIR "/models/priors/paper.json --seed 5 --count " +
                             std::to_string(n_fingerprint) + " " + options + " --out " + folder / name);
    EXPECT_EQ(made.exit_code, 0) << made.text;
    EXPECT_EQ(made.text.find("warning"), std::string::npos) << made.text;
    return physics::read_dataset({folder / name});
  }
  /// The mean loss of a model on a data set.
  double loss(const std::string& model, const std::string& dataset) const {
    const Outcome outcome = run("crbrt-eval --model " + folder / model + " --dataset " + folder / dataset +
                                " --realisations 10 --json " + folder / "eval.json");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return outcome.exit_code == 0 ? base::Json::from_file(folder / "eval.json").at("loss").at("mean").number() : 0;
  }
  void write_image(const Dataset& set) const {
    std::ofstream(folder / "c.hdr") << "# Dimensions\n" << set.coefficients.cols() << " 1 1 1 1 1 " << n_coeff << "\n";
    const Eigen::MatrixXcf voxels = set.coefficients.transpose().cast<std::complex<float>>();
    std::ofstream(folder / "c.cfl", std::ios::binary)
        .write(reinterpret_cast<const char*>(voxels.data()), static_cast<std::streamsize>(voxels.size() * sizeof voxels(0, 0)));
  }
  Outcome map(const std::string& model, const std::string& basis) const {
    std::filesystem::remove_all(folder / "maps");
    return run("crbrt-map --model " + folder / model + " --input " + folder / "c.cfl" + " --basis " + folder / basis +
               " --out " + folder / "maps");
  }
  void expect_verified(const std::string& model, const std::string& basis) const {
    const Outcome mapped = map(model, basis);
    ASSERT_EQ(mapped.exit_code, 0) << basis << ": " << mapped.text;
    EXPECT_EQ(base::Json::from_file(folder / "maps/T2map.json").at("BasisVerified"), base::Json(true)) << basis;
  }

  TemporaryFolder folder;
  const std::string sequence = short_sequence(folder);
};

TEST_F(Bases, RoundedToSinglePrecisionAreTheModelsInEvalAndMap) {
  const Dataset set = simulated("--rank 8", "set.h5");
  write_model(folder / "m.crbm", model_for(set.basis, set.sequence_sha256));
  fbs::ModelT unshipped = model_for(set.basis, set.sequence_sha256);
  unshipped.protocol->basis.clear();
  write_model(folder / "hashes.crbm", unshipped);
  const Outcome exported = run("crbrt-model export-basis --model " + folder / "m.crbm" + " --out " + folder / "u.cfl");
  ASSERT_EQ(exported.exit_code, 0) << exported.text;

  const Dataset single = simulated("--basis " + folder / "u.cfl", "single.h5");
  EXPECT_EQ(single.basis_sha256, physics::sha256_single_of(set.basis));
  ASSERT_NE(single.basis_sha256, set.basis_sha256);
  EXPECT_EQ(physics::read_dataset({folder / "set.h5", folder / "single.h5"}).size(), 2u * n_fingerprint);
  write_image(single);
  for (const char* model : {"m.crbm", "hashes.crbm"}) {
    // The same tissues and noise; 1e-8 of a basis is amplified by the condition of a bound, at most 1e5.
    EXPECT_NEAR(loss(model, "single.h5") / loss(model, "set.h5"), 1, 1e-3) << model;
    for (const char* basis : {"u.cfl", "single.h5", "set.h5"}) expect_verified(model, basis);
  }

  Eigen::MatrixXd other = set.basis.real();
  other.col(2) *= -1;
  volume::write_basis(folder / "other.cfl", other);
  for (const char* model : {"m.crbm", "hashes.crbm"}) EXPECT_EQ(map(model, "other.cfl").exit_code, 4) << model;
}

TEST_F(Bases, ComplexOnesGoFromSimulationThroughTrainingToMaps) {
  if (!std::filesystem::exists(CRBRT_BIN_DIR "/crbrt-train")) GTEST_SKIP() << "built without the trainer";
  const Dataset real = simulated("--rank 8", "real.h5");
  // The same subspace in other columns: coefficients turn with them, bounds stay.
  const Eigen::MatrixXcd turn = complex_orthonormal(n_coeff, n_coeff);
  const Basis u(real.basis.complex() * turn);
  volume::write_basis(folder / "u.h5", u);
  const Dataset set = simulated("--basis " + folder / "u.h5", "complex.h5");
  EXPECT_EQ(set.basis, u);
  EXPECT_EQ(set.basis_sha256, physics::sha256_of(u));
  // Sums of 120 and of 8 products.
  const Eigen::MatrixXcd turned = turn.adjoint() * real.coefficients;
  EXPECT_LT((set.coefficients - turned).norm(), 1e-13 * turned.norm());
  // The condition of a bound, up to 1e10 (eval_test.cpp), leaves six digits.
  EXPECT_LT(((set.crb - real.crb).array() / real.crb.array()).abs().maxCoeff(), 1e-5);

  std::ofstream(folder / "config.json") << R"({"name": "tiny",
    "network": {"hidden": [16, 16], "activation": "relu", "normalization": "none"},
    "preprocessing": {"phase_reference": 0, "l2_normalize": true, "standardize": true},
    "outputs": [{"name": "m0_semi_frac", "minimum": 0, "maximum": 1}, {"name": "t1_apparent_s", "minimum": 0, "maximum": 5},
                {"name": "t2_free_s", "minimum": 0, "maximum": 2}],
    "loss": "crb", "optimizer": {"kind": "adam", "learning_rate": 0.003}, "schedule": {"kind": "cosine"},
    "training": {"batch": 64, "epochs": 4, "seed": 3}, "validation": {"count": 50, "every": 2}})";
  const Outcome trained = run("crbrt-train --config " + folder / "config.json" + " --dataset " + folder / "complex.h5" +
                              " --out " + folder / "m.crbm");
  ASSERT_EQ(trained.exit_code, 0) << trained.text;
  const Model model = base::load_model(folder / "m.crbm");
  EXPECT_EQ(model.info().basis_sha256, physics::sha256_of(u));
  EXPECT_EQ(physics::identity_of_model(model.info()).basis, u);

  EXPECT_GT(loss("m.crbm", "complex.h5"), 0);
  EXPECT_EQ(run("crbrt-eval --model " + folder / "m.crbm" + " --dataset " + folder / "real.h5").exit_code, 4);
  write_image(set);
  for (const char* name : {"out.cfl", "out.npy", "out.mat"}) {
    const Outcome exported = run("crbrt-model export-basis --model " + folder / "m.crbm" + " --out " + folder / name);
    ASSERT_EQ(exported.exit_code, 0) << exported.text;
    expect_verified("m.crbm", name);
  }
  expect_verified("m.crbm", "complex.h5");
  volume::write_basis(folder / "conjugate.npy", u.conjugate());
  for (const char* name : {"conjugate.npy", "real.h5"}) EXPECT_EQ(map("m.crbm", name).exit_code, 4) << name;
}

}  // namespace
}  // namespace crbrt::tests
