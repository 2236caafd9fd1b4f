// SPDX-License-Identifier: Apache-2.0
// What crbrt-simulate makes of the dictionary of another simulator, and that it goes through the programs as a set of ours
// does.
#include <gtest/gtest.h>

#include <fstream>

#include "base/json.h"
#include "physics/basis.h"
#include "physics/crb.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/dictionary.h"

namespace crbrt::tests {
namespace {

using physics::Dataset;
using physics::read_dataset;

TEST_F(SimulateFrom, ASetHasTheUsersNamesUnitsAndBoundsOfTheCoefficients) {
  const Dictionary d = grid();
  const Dataset set = made(d, "--rank 5 --snr-min 20 --snr-max 80");
  EXPECT_NE(text_.find("kept 300 of 300"), std::string::npos) << text_;
  EXPECT_EQ(text_.find("warning"), std::string::npos) << text_;
  ASSERT_TRUE(set.foreign);
  EXPECT_EQ(set.foreign->names, d.names);
  EXPECT_EQ(set.foreign->units, d.units);
  EXPECT_EQ(set.foreign->values, d.parameters);
  EXPECT_EQ(set.sequence_name, "closed form");
  EXPECT_EQ(set.snr_min, 20);
  EXPECT_EQ(set.snr_max, 80);
  EXPECT_EQ(set.basis_sha256, physics::sha256_of(set.basis));
  // Sums of 24 products.
  EXPECT_LT((set.coefficients - set.basis.project(d.signals)).norm(), 24 * 2.3e-16 * d.signals.norm());
  const physics::Target t2 = set.target("T2", "set.h5");
  EXPECT_EQ(t2.unit, "ms");
  for (const Eigen::Index i : {0, 17, 299}) {
    // By the textbook: J^T J of real columns, inverted. Its condition number of up to 1e6 leaves nine digits.
    Eigen::MatrixXd j(10, 4);
    const Eigen::VectorXcd c = set.basis.project(d.signals.col(i));
    const Eigen::MatrixXcd dc = set.basis.project(d.jacobian.middleCols(2 * i, 2));
    j << c.real(), -c.imag(), dc.real(), c.imag(), c.real(), dc.imag();
    const Eigen::MatrixXd covariance = (j.transpose() * j).inverse();
    EXPECT_NEAR(set.crb(0, i) / covariance(2, 2), 1, 1e-8);
    EXPECT_NEAR(t2.bound[i] / covariance(3, 3), 1, 1e-8);
  }
}

TEST_F(SimulateFrom, DifferencesStandInForDerivatives) {
  const Dataset exact = made(grid());
  Dictionary d = grid();
  use_differences(d, true);
  const Dataset central = made(d);
  // h^2 s'''/6 of a step of a four-hundredth: 1e-6 of a derivative, amplified by the bound's condition.
  EXPECT_LT(((central.crb - exact.crb).array() / exact.crb.array()).abs().maxCoeff(), 1e-4);
  use_differences(d, false);
  const Dataset forward = made(d);
  EXPECT_LT(((forward.crb - exact.crb).array() / exact.crb.array()).abs().maxCoeff(), 3e-2);
  EXPECT_GT(((forward.crb - exact.crb).array() / exact.crb.array()).abs().maxCoeff(), 1e-4);
  EXPECT_NE(forward.provenance.find("/finite_difference"), std::string::npos);
}

TEST_F(SimulateFrom, CoefficientsOfABasisAreAsGoodAsFrames) {
  const Dataset of_frames = made(grid());
  Dictionary d = grid();
  const std::string path = folder_ / "compressed.h5";
  {
    physics::Hdf5Writer file(path, path);
    const Eigen::MatrixXcd jacobian = of_frames.basis.project(d.jacobian);
    const Eigen::MatrixXd basis_rows = of_frames.basis.real().transpose();
    file.write("parameters", {300, 2}, d.parameters.data());
    file.attribute("parameters", "names", d.names);
    file.attribute("parameters", "units", d.units);
    file.write("coefficients", {300, 5}, of_frames.coefficients.data());
    file.write("jacobian", {300, 2, 5}, jacobian.data());
    file.write("basis", {n_frame, 5}, basis_rows.data());
    file.attribute("/", "sequence_name", std::string("closed form"));
    file.attribute("/", "tr_s", 0.04);
    file.close();
  }
  const Outcome outcome = from(path, "", "of_coefficients.h5");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Dataset set = read_dataset({folder_ / "of_coefficients.h5"});
  EXPECT_EQ(set.coefficients, of_frames.coefficients);
  EXPECT_EQ(set.basis_sha256, of_frames.basis_sha256);
  EXPECT_EQ(set.sequence_sha256, of_frames.sequence_sha256);
  // The same derivatives by products in another order.
  EXPECT_LT(((set.crb - of_frames.crb).array() / of_frames.crb.array()).abs().maxCoeff(), 1e-8);
}

TEST_F(SimulateFrom, SetsOfOneSimulatorBelongTogetherAndTakeEachOthersBasis) {
  const Dataset training = made(grid());
  std::filesystem::rename(folder_ / "set.h5", folder_ / "training.h5");
  const Dataset unseen = made(grid(7, 5), "--basis " + (folder_ / "training.h5"));
  EXPECT_EQ(unseen.sequence_sha256, training.sequence_sha256);
  EXPECT_EQ(unseen.basis_sha256, training.basis_sha256);
  EXPECT_EQ(read_dataset({folder_ / "training.h5", folder_ / "set.h5"}).size(), 335u);
  Dictionary other = grid(7, 5);
  other.units[1] = "0.1 ms";
  EXPECT_NE(made(other).sequence_sha256, training.sequence_sha256);
}

TEST_F(SimulateFrom, ABasisOfKindCrbKeepsTheOutputsThatAreAskedFor) {
  const auto typical = [&](const Dataset& set, Eigen::Index p) {
    std::vector<double> crb(set.crb.row(p).begin(), set.crb.row(p).end());
    std::nth_element(crb.begin(), crb.begin() + 150, crb.end());
    return crb[150];
  };
  const Dataset svd = made(grid(), "--rank 3"), crb = made(grid(), "--rank 3 --basis-kind crb"),
                t2 = made(grid(), "--rank 3 --basis-kind crb --outputs T2");
  EXPECT_LE(typical(crb, 0), 1.01 * typical(svd, 0));
  EXPECT_LE(typical(t2, 1), 1.01 * typical(crb, 1));
}

TEST_F(SimulateFrom, WhatIsKnownHasNoBoundAndIsNoOutput) {
  Dictionary d = grid();
  const Dataset both = made(d);
  Eigen::MatrixXcd of_t2(n_frame, 300);
  for (Eigen::Index i = 0; i < 300; ++i) of_t2.col(i) = d.jacobian.col(2 * i + 1);
  d.jacobian = of_t2;
  d.unknowns = {"T2"};
  const Dataset set = made(d);
  EXPECT_EQ(set.bound_names(), (std::vector<std::string>{"T2"}));
  EXPECT_TRUE((set.target("T2", "").value == both.target("T2", "").value).all());
  for (Eigen::Index i = 0; i < 300; ++i) EXPECT_LE(set.crb(0, i), both.crb(1, i) * (1 + 1e-9));
  EXPECT_NE(physics::why_no_target(set, "T1").find("known"), std::string::npos);
  EXPECT_NE(physics::why_no_target(set, "T3").find("nearest: \"T"), std::string::npos);
}

TEST_F(SimulateFrom, GivenBoundsAreTakenAsTheyAre) {
  Dictionary d = grid();
  d.jacobian.resize(0, 0);
  d.crb = Eigen::MatrixXd::Constant(2, 300, 7);
  const Dataset set = made(d);
  EXPECT_EQ(set.crb, d.crb);
  EXPECT_FALSE(set.signal_per_m0_crb);
  EXPECT_NE(text_.find("warning: " + (folder_ / "dictionary.h5") + ": /crb is taken as it is"), std::string::npos) << text_;
}

// From here on a set of another simulator goes through the programs as one of ours does.

TEST_F(SimulateFrom, AModelOfForeignOutputsIsEvaluatedQuantisedAndMapped) {
  const Dataset set = made(grid());
  ModelSpec spec = plain_spec();
  spec.outputs = {"T2", "signal_per_m0"};
  fbs::ModelT model = model_for(set.basis, set.sequence_sha256, spec);
  model.outputs[0]->unit = "ms";
  model.outputs[1]->unit = "1";
  fill_estimates(model);
  const std::string path = write_model(folder_ / "m.crbm", model);
  const std::string eval = "crbrt-eval --model " + path + " --dataset " + (folder_ / "set.h5") + " --realisations 4 --draws 2";
  Outcome outcome = run(eval + " --json " + (folder_ / "eval.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto json = base::Json::from_file(folder_ / "eval.json");
  EXPECT_GT(json.at("loss").at("T2").number(), 0);
  EXPECT_EQ(json.at("detail").at("outputs").at("T2").at("unit").text(), "ms");
  outcome = run(eval + " --sequence s.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.text.find("another simulator"), std::string::npos) << outcome.text;

  outcome = run("crbrt-codegen --model " + path + " --precision i16 --budget 10 --dataset " + (folder_ / "set.h5") + " --out " +
                (folder_ / "code") + " --save-model " + (folder_ / "integer.crbm"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;

  std::ofstream(folder_ / "c.hdr") << "# Dimensions\n300 1 1 1 1 1 5\n";
  const Eigen::MatrixXcf voxels = set.coefficients.transpose().cast<std::complex<float>>();
  std::ofstream(folder_ / "c.cfl", std::ios::binary)
      .write(reinterpret_cast<const char*>(voxels.data()), static_cast<std::streamsize>(voxels.size() * sizeof voxels(0, 0)));
  outcome = run("crbrt-map --model " + path + " --input " + (folder_ / "c.cfl") + " --basis " + (folder_ / "set.h5") +
                " --out " + (folder_ / "maps"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto sidecar = base::Json::from_file(folder_ / "maps/T2.json");
  EXPECT_EQ(sidecar.at("Units").text(), "ms");
  EXPECT_EQ(sidecar.at("OutputName").text(), "T2");
  EXPECT_EQ(sidecar.at("SequenceName").text(), model.protocol->sequence_name);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "maps/M0map.nii")) << "from signal_per_m0";

  model.outputs[0]->unit = "s";
  write_model(path, model);
  outcome = run(eval);
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.text.find("T2 in ms as in the data set, found s"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
